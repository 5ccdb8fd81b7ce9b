//! Time stays true: from the file's clock to the words of the transcript.

mod accuracy;
mod recordings;
