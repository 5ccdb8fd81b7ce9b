//! The Danish language: numbers, words, parties, names. Known to every room, knows none.
