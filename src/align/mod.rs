//! Transcript × agenda → [`Alignment`](crate::meeting::Alignment).
