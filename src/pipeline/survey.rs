//! A look ahead: which windows are still to come. Decoding and voice activity run through the whole
//! recording once on their own, far ahead of recognition, which costs a few seconds an hour. Without
//! it nobody could say how long a meeting with long breaks will take.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::PipelineError;
use crate::media;
use crate::meeting::TimeSpan;
use crate::speech::Segmenter;

/// A recording shorter than this, in seconds, is done before the look ahead would be of use.
const SHORT: f64 = 300.0;

/// What lies in a recording.
#[derive(Debug, Clone, Default)]
pub(super) struct Survey {
    /// Seconds of sound.
    pub(super) duration: f64,
    /// Where its windows of speech lie, by index.
    pub(super) windows: BTreeMap<u32, TimeSpan>,
}

/// Looks through the recording and leaves what it found in `into`; nothing when the recording is
/// short, when `over` is set meanwhile, or on any error: recognition meets the same and tells it.
pub(super) fn look_ahead(
    path: &Path,
    track: Option<u32>,
    vad: &Path,
    into: &OnceLock<Survey>,
    over: &[&AtomicBool],
) {
    if let Ok(Some(survey)) = survey(path, track, vad, over) {
        let _ = into.set(survey);
    }
}

fn survey(
    path: &Path,
    track: Option<u32>,
    vad: &Path,
    over: &[&AtomicBool],
) -> Result<Option<Survey>, PipelineError> {
    let mut decoder = media::open(path, track)?;
    if decoder.duration_hint().is_some_and(|duration| duration < SHORT) {
        return Ok(None);
    }
    let mut segmenter = Segmenter::load(vad)?;
    let mut survey = Survey::default();
    for block in decoder.by_ref() {
        if over.iter().any(|over| over.load(Ordering::Relaxed)) {
            return Ok(None);
        }
        let block = block?;
        survey.duration = block.end();
        let windows = segmenter.push(&block)?;
        survey.windows.extend(windows.into_iter().map(|window| (window.index, window.span)));
    }
    let windows = segmenter.finish()?;
    survey.windows.extend(windows.into_iter().map(|window| (window.index, window.span)));
    Ok(Some(survey))
}
