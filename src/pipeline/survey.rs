//! A look ahead: which windows are still to come. Decoding and voice activity run through the whole
//! recording once on their own, far ahead of recognition, which costs a few seconds an hour; what voice
//! activity found is not computed again. Without it nobody could say how long a meeting with long breaks
//! will take.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::PipelineError;
use crate::media;
use crate::meeting::TimeSpan;
use crate::speech::Segmenter;

/// A recording shorter than this, in seconds, is done before the look ahead would be of use.
const SHORT: f64 = 60.0;

/// What lies in a recording, as far as it has been looked through.
#[derive(Debug, Clone, Default)]
pub(super) struct Survey {
    /// Seconds of sound looked through.
    pub(super) duration: f64,
    /// Where its windows of speech lie, by index.
    pub(super) windows: BTreeMap<u32, TimeSpan>,
    /// Whether it has been looked through to its end.
    pub(super) complete: bool,
}

/// The survey as it stands now.
pub(super) fn now(survey: &Mutex<Survey>) -> MutexGuard<'_, Survey> {
    survey.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Looks through the recording with a segmenter of its own and keeps what it finds in `into`. It ends early when the recording
/// is short, when `over` is set meanwhile, and on any error: recognition meets the same and tells it.
pub(super) fn look_ahead(
    path: &Path,
    track: Option<u32>,
    mut segmenter: Segmenter,
    into: &Mutex<Survey>,
    over: &[&AtomicBool],
) -> Result<(), PipelineError> {
    let mut decoder = media::open(path, track)?;
    if decoder.duration_hint().is_some_and(|duration| duration < SHORT) {
        return Ok(());
    }
    for block in decoder.by_ref() {
        if over.iter().any(|over| over.load(Ordering::Relaxed)) {
            return Ok(());
        }
        let block = block?;
        let windows = segmenter.push(&block)?;
        let mut survey = now(into);
        survey.duration = block.end();
        survey.windows.extend(windows.into_iter().map(|window| (window.index, window.span)));
    }
    let windows = segmenter.finish()?;
    let mut survey = now(into);
    survey.windows.extend(windows.into_iter().map(|window| (window.index, window.span)));
    survey.complete = true;
    Ok(())
}
