//! Any number of channels → one.

use symphonia::core::audio::{Channels, Position};

/// Below this correlation of left and right the right channel is turned over before mixing.
const FLIP_BELOW: f32 = -0.6;
/// Above this correlation it is turned back. The distance between the two stops flutter.
const UNFLIP_ABOVE: f32 = 0.0;
/// Seconds over which the correlation is averaged.
const MEMORY: f32 = 1.0;

/// Mixes interleaved frames to mono.
///
/// Two channels are averaged. Where they run in opposite phase (a balanced line wired as stereo),
/// their average would be silence, so one of them is turned over first. More channels are weighted
/// as in the mean of ITU-R BS.775's stereo downmix: front 0.5, centre 0.707, the rest 0.354, no
/// bass effects. Channels without known positions are summed at the level that keeps the power of
/// independent microphones.
#[derive(Debug, Default)]
pub(super) struct Downmix {
    /// Running sums of left², right² and left × right.
    power: [f32; 3],
    flipped: bool,
}

impl Downmix {
    /// One sample per frame of `interleaved`, which holds whole frames of `channels` samples.
    /// Samples that are not numbers become silence; all are kept in -1..=1.
    pub(super) fn mix(&mut self, interleaved: &[f32], channels: &Channels, rate: u32) -> Vec<f32> {
        let count = channels.count().max(1);
        let mono: Vec<f32> = match count {
            1 => interleaved.to_vec(),
            2 => self.pair(interleaved, rate),
            _ => {
                let gains = gains(channels);
                interleaved
                    .chunks_exact(count)
                    .map(|frame| frame.iter().zip(&gains).map(|(sample, gain)| sample * gain).sum())
                    .collect()
            }
        };
        mono.into_iter().map(sound).collect()
    }

    fn pair(&mut self, interleaved: &[f32], rate: u32) -> Vec<f32> {
        let mut sums = [0.0f32; 3];
        for frame in interleaved.chunks_exact(2) {
            let (left, right) = (sound(frame[0]), sound(frame[1]));
            sums[0] += left * left;
            sums[1] += right * right;
            sums[2] += left * right;
        }
        let seconds = (interleaved.len() / 2) as f32 / rate.max(1) as f32;
        let keep = (-seconds / MEMORY).exp();
        for (power, sum) in self.power.iter_mut().zip(sums) {
            *power = *power * keep + sum;
        }
        let loudness = (self.power[0] * self.power[1]).sqrt();
        if loudness > 1e-9 {
            let correlation = self.power[2] / loudness;
            if correlation < FLIP_BELOW {
                self.flipped = true;
            } else if correlation > UNFLIP_ABOVE {
                self.flipped = false;
            }
        }
        let sign = if self.flipped { -0.5 } else { 0.5 };
        interleaved.chunks_exact(2).map(|frame| frame[0] * 0.5 + frame[1] * sign).collect()
    }
}

/// Weight of each channel in the order of the buffer, three channels or more.
fn gains(channels: &Channels) -> Vec<f32> {
    let Channels::Positioned(positions) = channels else {
        let count = channels.count().max(1);
        return vec![1.0 / (count as f32).sqrt(); count];
    };
    positions
        .iter()
        .map(|position| {
            if position == Position::FRONT_CENTER {
                std::f32::consts::FRAC_1_SQRT_2
            } else if position == Position::FRONT_LEFT || position == Position::FRONT_RIGHT {
                0.5
            } else if position == Position::LFE1 || position == Position::LFE2 {
                0.0
            } else {
                0.5 * std::f32::consts::FRAC_1_SQRT_2
            }
        })
        .collect()
}

fn sound(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use symphonia::core::audio::layouts;

    #[test]
    fn opposite_phase_does_not_cancel() {
        let left: Vec<f32> = (0..4800).map(|n| (n as f32 * 0.05).sin() * 0.5).collect();
        let stereo: Vec<f32> = left.iter().flat_map(|&sample| [sample, -sample]).collect();
        let mono = Downmix::default().mix(&stereo, &layouts::CHANNEL_LAYOUT_STEREO, 48_000);
        assert_eq!(mono, left);
    }

    #[test]
    fn bass_effects_are_left_out_and_the_centre_leads() {
        let frame = [0.0, 0.0, 0.5, 1.0, 0.0, 0.0];
        let mono = Downmix::default().mix(&frame, &layouts::CHANNEL_LAYOUT_5P1, 48_000);
        assert_eq!(mono.len(), 1);
        assert!((mono[0] - 0.353_553).abs() < 1e-5, "{mono:?}");
    }

    #[test]
    fn what_is_no_number_is_silence() {
        let mono = Downmix::default().mix(
            &[f32::NAN, f32::INFINITY, 7.0],
            &layouts::CHANNEL_LAYOUT_MONO,
            16_000,
        );
        assert_eq!(mono, [0.0, 0.0, 1.0]);
    }
}
