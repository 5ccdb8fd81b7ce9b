//! Sound → windows of speech.
