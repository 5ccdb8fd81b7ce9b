//! How the decoder's heads attend to the tokens so far and to the sound: loops over rows that lie in memory
//! in the order in which they are read, compiled as those of [`super::kernels`].

use rten_simd::ops::{BitOps, Extend, NumOps, ToFloat};
use rten_simd::{Isa, SimdOp};

use super::kernels::{LANES, WIDE};
use super::memory::Recollection;

/// The attention of all heads to the tokens so far.
pub(super) struct Recall<'a> {
    pub(super) query: &'a [f32],
    pub(super) kept: &'a Recollection,
    pub(super) scale: f32,
    /// Room for a score for each head and token.
    pub(super) scores: &'a mut [f32],
    pub(super) out: &'a mut [f32],
}

impl SimdOp for Recall<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let width = self.query.len();
        let heads = (width / WIDE).max(1);
        let kept = self.kept;
        let count = kept.key_scales.len() / heads;
        // Each row is read once, for all heads: rows lie far apart in memory.
        let rows = kept.keys.chunks_exact(width).zip(kept.key_scales.chunks_exact(heads));
        for (token, (keys, scales)) in rows.enumerate() {
            let heads = self.query.chunks_exact(WIDE).zip(keys.chunks_exact(WIDE));
            let places = self.scores.chunks_exact_mut(count).zip(scales);
            for ((query, key), (scores, scale)) in heads.zip(places) {
                let mut sums = [0.0_f32; LANES];
                let parts = query.chunks_exact(LANES).zip(key.chunks_exact(LANES));
                for (query, key) in parts {
                    for ((sum, q), &k) in sums.iter_mut().zip(query).zip(key) {
                        *sum += q * f32::from(k);
                    }
                }
                scores[token] = halved(sums) * (self.scale * scale);
            }
        }
        for scores in self.scores.chunks_exact_mut(count) {
            rten_vecmath::Softmax::new_mut(scores).eval(isa);
        }
        self.out.fill(0.0);
        let rows = kept.values.chunks_exact(width).zip(kept.value_scales.chunks_exact(heads));
        for (token, (values, scales)) in rows.enumerate() {
            let heads = self.out.chunks_exact_mut(WIDE).zip(values.chunks_exact(WIDE));
            let weights = self.scores.chunks_exact(count).zip(scales);
            for ((out, value), (scores, scale)) in heads.zip(weights) {
                let weight = scores[token] * scale;
                for (out, &x) in out.iter_mut().zip(value) {
                    *out += f32::from(x) * weight;
                }
            }
        }
    }
}

/// The sum of all lanes, half of them added to the other half each time.
#[inline(always)]
fn halved(mut sums: [f32; LANES]) -> f32 {
    let mut count = LANES;
    while count > 1 {
        count /= 2;
        for lane in 0..count {
            sums[lane] += sums[lane + count];
        }
    }
    sums[0]
}

/// What a head of the decoder asks of the sound: `keys` hold for each [`PAD`] positions a row of as many
/// numbers for every column, so that neighbours are summed side by side and memory is read in order.
pub(super) struct Scores<'a> {
    pub(super) query: &'a [f32],
    pub(super) keys: &'a [i8],
    /// One for each position.
    pub(super) scales: &'a [f32],
    /// A multiple of [`PAD`], as `scales`.
    pub(super) scores: &'a mut [f32],
}

/// Positions of sound are padded to a multiple of this: as many bytes as the widest vector has.
pub(super) const PAD: usize = 64;

/// Adds to four vectors of sums as many bytes, each times the factor.
#[inline(always)]
fn add_bytes<I: Isa>(isa: I, sums: &mut [I::F32; 4], bytes: &[i8], factor: I::F32) {
    let (ops, middle, ints) = (isa.f32(), isa.i16(), isa.i32());
    let bytes = isa.i8().load(bytes);
    let halves = [isa.i8().extend_low(bytes), isa.i8().extend_high(bytes)];
    for (n, half) in halves.into_iter().enumerate() {
        let low = ints.to_float(middle.extend_low(half));
        let high = ints.to_float(middle.extend_high(half));
        sums[2 * n] = ops.mul_add(low, factor, sums[2 * n]);
        sums[2 * n + 1] = ops.mul_add(high, factor, sums[2 * n + 1]);
    }
}

impl SimdOp for Scores<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let ops = isa.f32();
        let step = ops.len();
        let blocks = self.keys.chunks_exact(self.query.len() * PAD);
        let places = self.scores.chunks_exact_mut(PAD).zip(self.scales.chunks_exact(PAD));
        for (block, (scores, scales)) in blocks.zip(places) {
            // Four vectors of sums are kept in registers at a time.
            for at in (0..PAD).step_by(4 * step) {
                let mut sums = [ops.zero(); 4];
                for (&q, row) in self.query.iter().zip(block.chunks_exact(PAD)) {
                    add_bytes(isa, &mut sums, &row[at..], ops.splat(q));
                }
                for (n, sum) in sums.into_iter().enumerate() {
                    let at = at + n * step;
                    let score = ops.mul(sum, ops.load(&scales[at..]));
                    ops.store(score, &mut scores[at..at + step]);
                }
            }
        }
    }
}

/// What a head of the decoder hears: `values` has a row of `out.len()` numbers for each weight.
pub(super) struct Mix<'a> {
    pub(super) weights: &'a [f32],
    pub(super) values: &'a [i8],
    /// One for each row of values.
    pub(super) scales: &'a [f32],
    /// A multiple of 64 wide.
    pub(super) out: &'a mut [f32],
}

impl SimdOp for Mix<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let ops = isa.f32();
        let (step, width) = (ops.len(), self.out.len());
        for at in (0..width).step_by(4 * step) {
            // Two positions at a time, each with four vectors of sums.
            let mut sums = [[ops.zero(); 4]; 2];
            let rows = self.values.chunks_exact(width).zip(self.weights.iter().zip(self.scales));
            for (n, (row, (weight, scale))) in rows.enumerate() {
                add_bytes(isa, &mut sums[n % 2], &row[at..], ops.splat(weight * scale));
            }
            let [even, odd] = sums;
            let out = self.out[at..].chunks_exact_mut(step);
            for ((even, odd), out) in even.into_iter().zip(odd).zip(out) {
                ops.store(ops.add(even, odd), out);
            }
        }
    }
}
