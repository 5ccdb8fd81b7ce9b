//! Time stays true: from the file's clock to the words of the transcript.

mod accuracy;
mod meeting;
mod recordings;
mod words;
