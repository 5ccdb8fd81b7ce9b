//! Running the model.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ort::environment::Environment;
use ort::session::{Session, SessionInputValue};
use ort::value::{Tensor, TensorElementType, ValueType};

use super::{EmbeddingError, Tokenizer};

/// Tokens of a text that are looked at unless the model is made for fewer: what E5 and most others were
/// trained with.
const MOST_TOKENS: usize = 512;

/// Added to the attention of what is no word, in models that take such a mask: nothing is left of it.
const SHUT: f32 = -30.0;

/// Where a model lies, and what it wants before a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    pub model: PathBuf,
    /// Its `tokenizer.json`.
    pub tokenizer: PathBuf,
    /// The shared library of ONNX Runtime.
    pub runtime: PathBuf,
    /// Set before a query and before a passage: E5 has `query: ` and `passage: `, most have nothing.
    pub query: String,
    pub passage: String,
}

/// A model, ready.
#[derive(Debug)]
pub struct Embedder {
    path: PathBuf,
    session: Session,
    tokenizer: Tokenizer,
    query: String,
    passage: String,
    inputs: Vec<(String, Input)>,
    /// Tokens that every text is filled up to, in models of one length.
    length: Option<usize>,
    dimensions: usize,
}

/// What a model's input holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Input {
    /// Numbers of tokens.
    Tokens,
    /// 1 for a token, 0 for what fills up.
    Mask,
    /// 0 for a token, [`SHUT`] for what fills up; of four dimensions.
    AddedMask,
    /// Which of two texts; there is one.
    Segment,
}

impl Embedder {
    /// Loads ONNX Runtime, unless it is loaded, and the model.
    ///
    /// # Errors
    /// As [`EmbeddingError`] says.
    pub fn open(files: &Files) -> Result<Self, EmbeddingError> {
        let path = &files.model;
        let wrong = |error: ort::Error| EmbeddingError::model(path, error);
        let tokenizer = Tokenizer::read(&files.tokenizer)?;
        let environment = environment(&files.runtime)?;
        let session = Session::builder(&environment)
            .map_err(wrong)?
            // One thread: texts are short, and a server asks from several threads.
            .with_intra_threads(1)
            .map_err(|error| EmbeddingError::model(path, error))?
            .commit_from_file(path)
            .map_err(wrong)?;
        let mut inputs = Vec::new();
        let mut length = None;
        for input in session.inputs() {
            let ValueType::Tensor { ty, shape, .. } = input.dtype() else {
                return Err(EmbeddingError::model(path, format!("{} is no tensor", input.name())));
            };
            let kind = match (input.name(), ty, shape.len()) {
                ("input_ids", TensorElementType::Int64, 2) => Input::Tokens,
                ("attention_mask", TensorElementType::Int64, 2) => Input::Mask,
                ("attention_mask", TensorElementType::Float32, 4) => Input::AddedMask,
                ("token_type_ids", TensorElementType::Int64, 2) => Input::Segment,
                (name, ..) => {
                    return Err(EmbeddingError::model(
                        path,
                        format!("its input {name} is not known"),
                    ));
                }
            };
            if kind == Input::Tokens {
                length = shape.get(1).and_then(|n| usize::try_from(*n).ok()).filter(|n| *n > 0);
            }
            inputs.push((input.name().to_owned(), kind));
        }
        let mut embedder = Self {
            path: path.clone(),
            session,
            tokenizer,
            query: files.query.clone(),
            passage: files.passage.clone(),
            inputs,
            length,
            dimensions: 0,
        };
        // The file need not say how long its vectors are.
        embedder.dimensions = embedder.embed("a")?.len();
        Ok(embedder)
    }

    /// Numbers in a vector.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// The vector of what somebody looks for; its length is 1.
    ///
    /// # Errors
    /// [`EmbeddingError::Model`].
    pub fn query(&mut self, text: &str) -> Result<Vec<f32>, EmbeddingError> {
        self.embed(&format!("{}{text}", self.query))
    }

    /// The vector of what may be found; its length is 1.
    ///
    /// # Errors
    /// [`EmbeddingError::Model`].
    pub fn passage(&mut self, text: &str) -> Result<Vec<f32>, EmbeddingError> {
        self.embed(&format!("{}{text}", self.passage))
    }

    /// The mean of the tokens' vectors (Reimers and Gurevych, 2019), brought to length 1; or the vector
    /// itself where the model takes the mean.
    fn embed(&mut self, text: &str) -> Result<Vec<f32>, EmbeddingError> {
        let wrong = |error: ort::Error| EmbeddingError::model(&self.path, error);
        let mut numbers = self.tokenizer.numbers(text, self.length.unwrap_or(MOST_TOKENS));
        let words = numbers.len();
        let length = self.length.unwrap_or(words);
        numbers.resize(length, self.tokenizer.padding);
        let is_word = |at: usize| at < words;
        let mut given: Vec<(&str, SessionInputValue<'_>)> = Vec::new();
        for (name, kind) in &self.inputs {
            let whole = |of: &dyn Fn(usize) -> i64| {
                Tensor::from_array(([1, length], (0..length).map(of).collect::<Vec<i64>>()))
            };
            let value: SessionInputValue<'_> = match kind {
                Input::Tokens => {
                    Tensor::from_array(([1, length], numbers.clone())).map_err(wrong)?.into()
                }
                Input::Mask => whole(&|at| i64::from(is_word(at))).map_err(wrong)?.into(),
                Input::Segment => whole(&|_| 0).map_err(wrong)?.into(),
                Input::AddedMask => {
                    let mask: Vec<f32> =
                        (0..length).map(|at| if is_word(at) { 0.0 } else { SHUT }).collect();
                    Tensor::from_array(([1, 1, 1, length], mask)).map_err(wrong)?.into()
                }
            };
            given.push((name, value));
        }
        let outputs = self.session.run(given).map_err(wrong)?;
        if outputs.len() == 0 {
            return Err(EmbeddingError::model(&self.path, "it gives nothing"));
        }
        let (shape, values) = outputs[0].try_extract_tensor::<f32>().map_err(wrong)?;
        let size =
            |place: usize| shape.get(place).and_then(|n| usize::try_from(*n).ok()).unwrap_or(0);
        let mut vector = match shape.len() {
            2 => values.to_vec(),
            3 if size(1) == length && size(2) > 0 => mean(values, size(2), words),
            _ => return Err(EmbeddingError::model(&self.path, format!("it gives {shape:?}"))),
        };
        let norm = vector.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
        if !norm.is_finite() {
            return Err(EmbeddingError::model(&self.path, "it gives numbers that are none"));
        }
        vector.iter_mut().for_each(|x| *x = (f64::from(*x) / norm.max(f64::MIN_POSITIVE)) as f32);
        Ok(vector)
    }
}

fn mean(values: &[f32], dimensions: usize, words: usize) -> Vec<f32> {
    let mut sums = vec![0.0_f32; dimensions];
    for token in values.chunks_exact(dimensions).take(words) {
        sums.iter_mut().zip(token).for_each(|(sum, value)| *sum += value);
    }
    sums.iter_mut().for_each(|sum| *sum /= words.max(1) as f32);
    sums
}

/// The one environment of this process.
fn environment(runtime: &Path) -> Result<Environment, EmbeddingError> {
    static LOADED: Mutex<Option<Environment>> = Mutex::new(None);
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(environment) = &*loaded {
        return Ok(environment.clone());
    }
    let failed = |reason: String| EmbeddingError::Runtime { path: runtime.to_owned(), reason };
    let builder = ort::init_from(runtime).map_err(|error| failed(error.to_string()))?;
    let environment = builder
        .with_name("referent")
        .with_telemetry(false)
        .build()
        .map_err(|error| failed(error.to_string()))?;
    *loaded = Some(environment.clone());
    Ok(environment)
}
