//! Windows of speech → segments and words.
