//! Text → a vector that says what it is about: any sentence-embedding model in ONNX form.
//!
//! The model is run by ONNX Runtime, whose library is loaded when the first model is opened and not
//! before: without one, nothing of this room takes part in the program.

mod error;
mod model;
mod tokenizer;

pub use error::EmbeddingError;
pub use model::{Embedder, Files};
pub use tokenizer::Tokenizer;
