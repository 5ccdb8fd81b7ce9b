//! Model files: what there is, where it comes from, fetched and verified.
