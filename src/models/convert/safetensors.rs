//! Hugging Face safetensors: one file or several shards.

use std::collections::{BTreeSet, HashMap};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use ::safetensors::tensor::{Dtype, Metadata};

use super::layout::Dimensions;
use super::source::{Config, Weights, dimensions, hugging_face_name};
use super::tensor::{Element, Tensor};
use crate::models::ModelsError;

/// The format's own limit for its JSON header.
const LARGEST_HEADER: u64 = 100_000_000;

/// Where a tensor lies.
struct Place {
    file: usize,
    offset: u64,
    length: usize,
    shape: Vec<usize>,
    element: Element,
}

/// Tensors by name, read one at a time.
pub(super) struct Safetensors {
    files: Vec<(PathBuf, fs_err::File)>,
    places: HashMap<String, Place>,
    config: Config,
}

impl Safetensors {
    /// The shards of a folder: those that its index names, or `model.safetensors`.
    pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>, ModelsError> {
        let index = folder.join("model.safetensors.index.json");
        if index.is_file() {
            let bytes = fs_err::read(&index).map_err(|e| ModelsError::io(&index, e))?;
            let json: serde_json::Value = serde_json::from_slice(&bytes)
                .map_err(|e| ModelsError::convert(&index, format!("not JSON: {e}")))?;
            let map = json.get("weight_map").and_then(serde_json::Value::as_object);
            let map = map.ok_or_else(|| ModelsError::convert(&index, "it has no weight_map"))?;
            let mut names = BTreeSet::new();
            for shard in map.values() {
                // A plain name only: the index must not lead out of its folder.
                let name = shard
                    .as_str()
                    .map(Path::new)
                    .filter(|name| name.file_name().is_some_and(|plain| plain == name.as_os_str()));
                let name =
                    name.ok_or_else(|| ModelsError::convert(&index, "it names no plain file"))?;
                names.insert(folder.join(name));
            }
            return Ok(names.into_iter().collect());
        }
        let single = folder.join("model.safetensors");
        Ok(if single.is_file() { vec![single] } else { Vec::new() })
    }

    pub(super) fn open(paths: &[PathBuf], config: Config) -> Result<Self, ModelsError> {
        let mut files = Vec::new();
        let mut places = HashMap::new();
        for path in paths {
            let (file, start, metadata) = header(path)?;
            for (name, info) in metadata.tensors() {
                let element = match info.dtype {
                    Dtype::F32 => Element::F32,
                    Dtype::F16 => Element::F16,
                    Dtype::BF16 => Element::Bf16,
                    // Counters and masks have other types; a weight among them is missed below.
                    _ => continue,
                };
                let (from, to) = info.data_offsets;
                let place = Place {
                    file: files.len(),
                    offset: start + from as u64,
                    length: to - from,
                    shape: info.shape.clone(),
                    element,
                };
                let name = name.strip_prefix("model.").unwrap_or(&name).to_owned();
                places.insert(name, place);
            }
            files.push((path.clone(), file));
        }
        Ok(Self { files, places, config })
    }

    fn path(&self) -> &Path {
        self.files.first().map_or(Path::new("safetensors"), |(path, _)| path)
    }
}

/// Reads and checks the JSON header. `Metadata` itself checks that shapes, types and offsets
/// agree; the length of the file is checked here.
fn header(path: &Path) -> Result<(fs_err::File, u64, Metadata), ModelsError> {
    let bad = |why: String| ModelsError::convert(path, why);
    let mut file = fs_err::File::open(path).map_err(|e| ModelsError::io(path, e))?;
    let length = file.metadata().map_err(|e| ModelsError::io(path, e))?.len();
    let mut size = [0; 8];
    file.read_exact(&mut size).map_err(|_| bad("too short for safetensors".into()))?;
    let size = u64::from_le_bytes(size);
    if size > LARGEST_HEADER || size > length.saturating_sub(8) {
        return Err(bad("its header is longer than the file; truncated, or no safetensors".into()));
    }
    let mut json = Vec::new();
    Read::by_ref(&mut file)
        .take(size)
        .read_to_end(&mut json)
        .map_err(|e| ModelsError::io(path, e))?;
    let metadata: Metadata =
        serde_json::from_slice(&json).map_err(|e| bad(format!("its header is malformed: {e}")))?;
    let start = 8 + size;
    if start.checked_add(metadata.data_len() as u64) != Some(length) {
        return Err(bad("its length is not what its header says; is it truncated?".into()));
    }
    Ok((file, start, metadata))
}

impl Weights for Safetensors {
    fn dimensions(&mut self) -> Result<Dimensions, ModelsError> {
        dimensions(&self.config, |name| Some(self.places.get(name)?.shape.clone()))
            .ok_or_else(|| ModelsError::convert(self.path(), "these are not Whisper's tensors"))
    }

    fn tensor(&mut self, name: &str) -> Result<Tensor, ModelsError> {
        let known = hugging_face_name(name).and_then(|name| self.places.get(&name));
        let place = known.ok_or_else(|| {
            ModelsError::convert(self.path(), format!("it lacks {name} as f32, f16 or bf16"))
        })?;
        let (path, file) = self
            .files
            .get_mut(place.file)
            .ok_or_else(|| ModelsError::convert(Path::new(name), "no such shard"))?;
        file.seek(SeekFrom::Start(place.offset)).map_err(|e| ModelsError::io(path, e))?;
        // The header was checked against the file's length, so this allocates no more than that.
        let mut bytes = vec![0; place.length];
        file.read_exact(&mut bytes).map_err(|e| ModelsError::io(path, e))?;
        Tensor::new(place.shape.clone(), place.element.decode(&bytes)).ok_or_else(|| {
            ModelsError::convert(path, format!("{name} has another size than shape"))
        })
    }
}
