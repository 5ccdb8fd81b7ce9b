//! Evens out the loudness of a window.

/// Root mean square that a window's louder parts are brought to: -23 dBFS, the programme loudness of
/// EBU R 128 (plain RMS instead of K-weighting; the recogniser does not need a decibel's precision).
const TARGET: f32 = 0.071;
/// Quietest to loudest change: 26 dB down, 40 dB up. A recording that would need more is noise.
const GAIN: std::ops::RangeInclusive<f32> = 0.05..=100.0;
/// Length over which loudness is measured, in samples: 100 ms.
const STEP: usize = 1600;

/// Scales the samples so that the loudest half of the window's 100 ms steps has the target loudness
/// and no sample passes ±1. Whisper's features are relative to the loudest sound of the window but
/// have an absolute floor (1e-10), under which quiet speech drowns; clipped recordings stay as they
/// are but for their level.
pub(super) fn even_out(samples: &mut [f32]) {
    let mut powers: Vec<f32> = samples
        .chunks(STEP)
        .map(|step| step.iter().map(|sample| sample * sample).sum::<f32>() / step.len() as f32)
        .collect();
    powers.sort_by(|a, b| b.total_cmp(a));
    let loud = &powers[..powers.len().div_ceil(2)];
    let power = loud.iter().sum::<f32>() / loud.len().max(1) as f32;
    let peak = samples.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    if power <= 0.0 || peak <= 0.0 {
        return;
    }
    let gain = (TARGET / power.sqrt()).clamp(*GAIN.start(), *GAIN.end()).min(1.0 / peak);
    for sample in samples {
        *sample *= gain;
    }
}
