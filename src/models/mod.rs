//! Model files: what there is, where it comes from, fetched and verified.
//!
//! [`Store`] finds, pulls and verifies them; [`convert()`] makes ggml files of other frameworks'
//! weights. What is known stands in `models/manifest.toml`.

mod archive;
mod convert;
mod digest;
mod embedding;
mod error;
mod fetch;
mod manifest;
mod pull;
mod registry;
mod store;

pub use archive::unpack;
pub use convert::{Conversion, WeightType, convert};
pub use embedding::EmbeddingFiles;
pub use error::ModelsError;
pub use manifest::{
    Embedding, HubFile, Kind, Manifest, Model, Package, Purpose, Registry, Source, Take,
    WordErrorRate,
};
pub use pull::{PullEvent, PullOptions};
pub use registry::Registries;
pub use store::{Condition, ModelFile, Store};
