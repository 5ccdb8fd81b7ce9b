//! Model files: what there is, where it comes from, fetched and verified.

mod convert;
mod digest;
mod error;

pub use convert::{Conversion, WeightType, convert};
pub use error::ModelsError;
