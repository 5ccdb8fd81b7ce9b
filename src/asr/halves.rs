//! A window in two: a decoder that goes round or gives up in a long stretch of speech often follows each
//! half of it.

use super::crowd;
use crate::meeting::{SAMPLE_RATE, Segment, SpeechWindow, TimeSpan, WindowText, WindowVerdict};

/// Shorter windows, in seconds, are not halved: the decoder needs a sentence to make anything of a voice.
const SHORTEST: f64 = 8.0;
/// Length over which loudness is taken, in samples: 20 ms.
const STEP: usize = SAMPLE_RATE as usize / 50;
/// Steps of the quietest stretch, in whose middle a window is cut: 200 ms, about a pause for breath.
const PAUSE: usize = 10;

/// The window cut in the quietest place of its middle half; none when it is too short, or when several
/// voices or noise fill it: what was made up there would be made up of the halves, too.
pub(super) fn halves(window: &SpeechWindow) -> Option<[SpeechWindow; 2]> {
    if window.span.duration() < SHORTEST || !crowd::is_one_voice(window) {
        return None;
    }
    let powers: Vec<f32> =
        window.samples.chunks_exact(STEP).map(|step| step.iter().map(|s| s * s).sum()).collect();
    let quarter = powers.len() / 4;
    let stretches = powers.get(quarter..powers.len() - quarter)?.windows(PAUSE);
    let loudness = stretches.map(|stretch| stretch.iter().sum::<f32>());
    let quietest = loudness.enumerate().min_by(|a, b| a.1.total_cmp(&b.1))?.0;
    let cut = (quarter + quietest + PAUSE / 2) * STEP;
    let time = window.span.start + cut as f64 / f64::from(SAMPLE_RATE);
    let part = |span: TimeSpan, samples: &[f32]| SpeechWindow {
        index: window.index,
        span,
        samples: samples.to_vec(),
        voiced: window.voiced.iter().filter_map(|voice| within(voice, &span)).collect(),
    };
    let (first, second) = window.samples.split_at(cut);
    Some([
        part(TimeSpan::new(window.span.start, time), first),
        part(TimeSpan::new(time, window.span.end), second),
    ])
}

fn within(stretch: &TimeSpan, span: &TimeSpan) -> Option<TimeSpan> {
    let (start, end) = (stretch.start.max(span.start), stretch.end.min(span.end));
    (start < end).then(|| TimeSpan::new(start, end))
}

/// The text of the window in one, or that of its halves where more words of it are trusted.
pub(super) fn better(mut whole: WindowText, halves: [WindowText; 2]) -> WindowText {
    let words: usize = halves.iter().map(trusted).sum();
    whole.attempts += halves.iter().map(|half| half.attempts).sum::<u32>();
    if words <= trusted(&whole) {
        return whole;
    }
    let [first, second] = halves;
    let mut rejected = whole.rejected;
    rejected.push("in one: less than in two halves".to_owned());
    rejected.extend(first.rejected.into_iter().chain(second.rejected));
    let segments: Vec<Segment> = first.segments.into_iter().chain(second.segments).collect();
    let verdict = if segments.iter().any(Segment::is_withheld) {
        WindowVerdict::Quarantined
    } else {
        WindowVerdict::Recognised
    };
    WindowText {
        index: whole.index,
        span: whole.span,
        verdict,
        segments,
        attempts: whole.attempts,
        temperature: first.temperature.max(second.temperature),
        rejected,
        flags: first.flags.into_iter().chain(second.flags).collect(),
    }
}

/// Words that are not withheld.
pub(super) fn trusted(text: &WindowText) -> usize {
    let trusted = text.segments.iter().filter(|segment| !segment.is_withheld());
    trusted.map(|segment| segment.words.len()).sum()
}
