//! Foreign files in, [`Agenda`](crate::meeting::Agenda) out; one file a format.
