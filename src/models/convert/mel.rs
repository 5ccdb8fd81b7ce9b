//! Whisper's mel filter bank, computed.

/// Bins of a 400-point transform.
pub(super) const BINS: usize = 201;
const SAMPLE_RATE: f64 = 16_000.0;

/// `bands` triangular filters over 201 bins, row after row, on Slaney's mel scale with unit area
/// (Slaney, Auditory Toolbox, 1998; the same as `librosa.filters.mel(sr=16000, n_fft=400)`, which
/// OpenAI's `mel_filters.npz` holds).
pub(super) fn filters(bands: usize) -> Vec<f32> {
    let top = mel_of(SAMPLE_RATE / 2.0);
    let edges: Vec<f64> =
        (0..bands + 2).map(|i| hertz_of(top * i as f64 / (bands + 1) as f64)).collect();
    let mut filters = Vec::with_capacity(bands * BINS);
    for edge in edges.windows(3) {
        let &[low, middle, high] = edge else { continue };
        let area = 2.0 / (high - low);
        for bin in 0..BINS {
            let hertz = SAMPLE_RATE / 2.0 * bin as f64 / (BINS - 1) as f64;
            let rise = (hertz - low) / (middle - low);
            let fall = (high - hertz) / (high - middle);
            // librosa rounds to 32 bits before it scales by the area, so this does too.
            let height = rise.min(fall).max(0.0) as f32;
            filters.push((f64::from(height) * area) as f32);
        }
    }
    filters
}

/// Slaney's scale: linear to 1000 Hz (15 mel), then logarithmic with 27 mel to a factor 6.4.
fn mel_of(hertz: f64) -> f64 {
    if hertz < 1000.0 {
        hertz * 3.0 / 200.0
    } else {
        15.0 + (hertz / 1000.0).ln() * 27.0 / 6.4_f64.ln()
    }
}

fn hertz_of(mel: f64) -> f64 {
    if mel < 15.0 { mel * 200.0 / 3.0 } else { 1000.0 * ((mel - 15.0) * 6.4_f64.ln() / 27.0).exp() }
}
