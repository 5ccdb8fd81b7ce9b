//! Loops over floats, compiled for the widest vectors that the processor has (rten-simd chooses when
//! the program runs).

use std::array::from_fn;

use rten_simd::ops::{BitOps, NumOps, ToFloat};
use rten_simd::{Isa, Simd, SimdOp, SimdUnaryOp};

/// Sums are kept in this many lanes, so that they come out the same on every processor.
pub(super) const LANES: usize = 16;

/// Added to a float and taken away again, it rounds to the next whole number, halves to even
/// (1.5 x 2^23); added only, the whole number stands in the lowest bits.
const ROUND: f32 = 12_582_912.0;

/// The nearest whole number of one within -128 to 127.
#[inline(always)]
pub(super) fn round(x: f32) -> i8 {
    (x + ROUND).to_bits() as u8 as i8
}

#[inline(always)]
fn sum_of(values: &[f32], mean: f32, power: bool) -> f32 {
    let mut sums = [0.0_f32; LANES];
    let whole = values.chunks_exact(LANES);
    let rest = whole.remainder();
    for chunk in whole {
        for (sum, x) in sums.iter_mut().zip(chunk) {
            let x = x - mean;
            *sum += if power { x * x } else { x };
        }
    }
    for (sum, x) in sums.iter_mut().zip(rest) {
        let x = x - mean;
        *sum += if power { x * x } else { x };
    }
    sums.iter().sum()
}

/// Normalises each row of `width` numbers to mean 0 and deviation 1, then scales and moves it
/// (layer normalisation, epsilon 1e-5 as in Whisper).
pub(super) fn normalise(input: &[f32], gamma: &[f32], beta: &[f32], output: &mut Vec<f32>) {
    output.resize(input.len(), 0.0);
    Normalise { input, gamma, beta, output }.dispatch();
}

struct Normalise<'a> {
    input: &'a [f32],
    gamma: &'a [f32],
    beta: &'a [f32],
    output: &'a mut [f32],
}

impl SimdOp for Normalise<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        let width = self.gamma.len().max(1);
        let rows = self.input.chunks_exact(width).zip(self.output.chunks_exact_mut(width));
        for (row, out) in rows {
            let mean = sum_of(row, 0.0, false) / width as f32;
            let square = sum_of(row, mean, true) / width as f32;
            let scale = 1.0 / (square + 1e-5).sqrt();
            for (((out, x), g), b) in out.iter_mut().zip(row).zip(self.gamma).zip(self.beta) {
                *out = (x - mean) * scale * g + b;
            }
        }
    }
}

/// Writes a row as bytes around 128; gives the size of one step.
pub(super) fn quantise(row: &[f32], bytes: &mut [u8]) -> f32 {
    Quantise { row, bytes }.dispatch()
}

struct Quantise<'a> {
    row: &'a [f32],
    bytes: &'a mut [u8],
}

impl SimdOp for Quantise<'_> {
    type Output = f32;

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) -> f32 {
        let mut most = [0.0_f32; LANES];
        let whole = self.row.chunks_exact(LANES);
        let rest = whole.remainder();
        for chunk in whole {
            for (most, x) in most.iter_mut().zip(chunk) {
                let x = x.abs();
                *most = if x > *most { x } else { *most };
            }
        }
        for (most, x) in most.iter_mut().zip(rest) {
            *most = most.max(x.abs());
        }
        let most = most.into_iter().fold(0.0, f32::max);
        let step = if most > 0.0 { most / 127.0 } else { 1.0 };
        let inverse = 1.0 / step;
        for (byte, x) in self.bytes.iter_mut().zip(self.row) {
            *byte = round(x * inverse) as u8 ^ 0x80;
        }
        step
    }
}

/// Writes rows as whole numbers of at most `most`, with one scale for each of [`WIDE`] columns.
pub(super) fn quantise_columns(
    rows: &[f32],
    most: f32,
    scales: &mut [f32; WIDE],
    bytes: &mut [i8],
) {
    QuantiseColumns { rows, most, scales, bytes }.dispatch();
}

/// Columns of an attention head.
pub(super) const WIDE: usize = 64;

struct QuantiseColumns<'a> {
    rows: &'a [f32],
    most: f32,
    scales: &'a mut [f32; WIDE],
    bytes: &'a mut [i8],
}

impl SimdOp for QuantiseColumns<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        let (rows, _) = self.rows.as_chunks::<WIDE>();
        let (bytes, _) = self.bytes.as_chunks_mut::<WIDE>();
        let mut largest = [0.0_f32; WIDE];
        for row in rows {
            for (most, x) in largest.iter_mut().zip(row) {
                let x = x.abs();
                *most = if x > *most { x } else { *most };
            }
        }
        let scale = |largest: f32| if largest > 0.0 { largest / self.most } else { 1.0 };
        *self.scales = largest.map(scale);
        let inverse = self.scales.map(|scale| 1.0 / scale);
        for (bytes, row) in bytes.iter_mut().zip(rows) {
            for ((byte, x), inverse) in bytes.iter_mut().zip(row).zip(&inverse) {
                *byte = round(x * inverse);
            }
        }
    }
}

/// What becomes of a product.
pub(super) enum After<'a> {
    /// It is kept.
    Keep(&'a mut [f32]),
    /// It goes through Whisper's activation.
    Gelu(&'a mut [f32]),
    /// It is added to what is there.
    Add(&'a mut [f32]),
}

/// Turns a product of integers into floats: `sums` is rows x `scales.len()`.
pub(super) fn rescale(sums: &[i32], steps: &[f32], scales: &[f32], bias: &[f32], after: After) {
    match after {
        After::Keep(out) => Rescale::<false> { sums, steps, scales, bias, out }.dispatch(),
        After::Add(out) => Rescale::<true> { sums, steps, scales, bias, out }.dispatch(),
        After::Gelu(out) => {
            Rescale::<false> { sums, steps, scales, bias, out: &mut *out }.dispatch();
            gelu(out);
        }
    }
}

struct Rescale<'a, const ADD: bool> {
    sums: &'a [i32],
    steps: &'a [f32],
    scales: &'a [f32],
    bias: &'a [f32],
    out: &'a mut [f32],
}

impl<const ADD: bool> SimdOp for Rescale<'_, ADD> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        let width = self.scales.len().max(1);
        let rows = self.sums.chunks_exact(width).zip(self.out.chunks_exact_mut(width));
        for ((sums, out), &step) in rows.zip(self.steps) {
            let factors = self.scales.iter().zip(self.bias);
            for ((out, &sum), (scale, b)) in out.iter_mut().zip(sums).zip(factors) {
                let y = sum as f32 * (step * scale) + b;
                *out = if ADD { *out + y } else { y };
            }
        }
    }
}

/// Whisper's activation, in place.
pub(super) fn gelu(values: &mut [f32]) {
    rten_vecmath::Gelu {}.map_mut(values);
}

/// Softmax in place.
pub(super) fn softmax(values: &mut [f32]) {
    rten_vecmath::Softmax::new_mut(values).dispatch();
}

/// Softmax of a row of products as bytes, the largest 255; gives the sum of the bytes. `scratch` has room
/// for the row as floats.
pub(super) fn weigh(
    sums: &[i32],
    step: f32,
    scales: &[f32],
    scratch: &mut [f32],
    weights: &mut [u8],
) -> f32 {
    Weigh { sums, step, scales, scratch, weights }.dispatch()
}

struct Weigh<'a> {
    sums: &'a [i32],
    step: f32,
    scales: &'a [f32],
    scratch: &'a mut [f32],
    weights: &'a mut [u8],
}

impl SimdOp for Weigh<'_> {
    type Output = f32;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> f32 {
        let (ints, ops) = (isa.i32(), isa.f32());
        let lanes = ops.len();
        let scores = &mut self.scratch[..self.sums.len()];
        let step = ops.splat(self.step);
        let mut largest = ops.splat(f32::MIN);
        let mut whole = scores.chunks_exact_mut(lanes);
        let (mut sums, mut scales) =
            (self.sums.chunks_exact(lanes), self.scales.chunks_exact(lanes));
        for ((scores, sums), scales) in whole.by_ref().zip(sums.by_ref()).zip(scales.by_ref()) {
            let factor = ops.mul(step, ops.load(scales));
            let score = ops.mul(ints.to_float(ints.load(sums)), factor);
            largest = ops.max(largest, score);
            ops.store(score, scores);
        }
        let mut most = largest.to_array().into_iter().fold(f32::MIN, f32::max);
        let rest = sums.remainder().iter().zip(scales.remainder());
        for (score, (&sum, scale)) in whole.into_remainder().iter_mut().zip(rest) {
            *score = sum as f32 * (self.step * scale);
            most = most.max(*score);
        }
        // Whole numbers, whose sum a float holds exactly, in the lowest bits of floats.
        let (most_wide, top, magic) = (ops.splat(most), ops.splat(255.0), ops.splat(ROUND));
        let mut sum = ops.zero();
        let mut whole = scores.chunks_exact_mut(lanes);
        for chunk in &mut whole {
            let x = rten_vecmath::Exp::apply(isa, ops.sub(ops.load(chunk), most_wide));
            let rounded = ops.mul_add(x, top, magic);
            sum = ops.add(sum, ops.sub(rounded, magic));
            ops.store(rounded, chunk);
        }
        let mut sum = ops.sum(sum);
        for score in whole.into_remainder() {
            *score = (*score - most).exp() * 255.0 + ROUND;
            sum += *score - ROUND;
        }
        for (weight, score) in self.weights.iter_mut().zip(scores.iter()) {
            *weight = score.to_bits() as u8;
        }
        sum
    }
}

/// Adds a row to another.
pub(super) fn add(sums: &mut [f32], row: &[f32]) {
    for (sum, x) in sums.iter_mut().zip(row) {
        *sum += x;
    }
}

/// Brings each column of rows of `width` numbers to mean 0 and deviation 1.
pub(super) fn standardise(rows: &mut [f32], width: usize) {
    Standardise { rows, width }.dispatch();
}

struct Standardise<'a> {
    rows: &'a mut [f32],
    width: usize,
}

impl SimdOp for Standardise<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        let width = self.width.max(1);
        let count = (self.rows.len() / width).max(1) as f32;
        let (mut means, mut squares) = (vec![0.0_f32; width], vec![0.0_f32; width]);
        for row in self.rows.chunks_exact(width) {
            for (mean, x) in means.iter_mut().zip(row) {
                *mean += x / count;
            }
        }
        for row in self.rows.chunks_exact(width) {
            for ((square, mean), x) in squares.iter_mut().zip(&means).zip(row) {
                *square += (x - mean) * (x - mean) / count;
            }
        }
        for row in self.rows.chunks_exact_mut(width) {
            for ((x, mean), square) in row.iter_mut().zip(&means).zip(&squares) {
                *x = (*x - mean) / (square + 1e-12).sqrt();
            }
        }
    }
}

/// The median of each seven neighbours; `out` is six shorter than `padded`.
pub(super) fn median_of_seven(padded: &[f32], out: &mut [f32]) {
    Median { padded, out }.dispatch();
}

struct Median<'a> {
    padded: &'a [f32],
    out: &'a mut [f32],
}

/// Exchanges after which the fourth of seven is the median (N. Devillard, Fast median search, 1998).
const EXCHANGES: [(usize, usize); 13] = [
    (0, 5),
    (0, 3),
    (1, 6),
    (2, 4),
    (0, 1),
    (3, 5),
    (2, 6),
    (2, 3),
    (3, 6),
    (4, 5),
    (1, 4),
    (1, 3),
    (3, 4),
];

impl SimdOp for Median<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        let count = self.out.len();
        let mut seven = [[0.0_f32; LANES]; 7];
        for from in (0..count).step_by(LANES) {
            let width = LANES.min(count - from);
            for (shift, values) in seven.iter_mut().enumerate() {
                values[..width].copy_from_slice(&self.padded[from + shift..][..width]);
            }
            for (low, high) in EXCHANGES {
                let (a, b) = (seven[low], seven[high]);
                seven[low] = from_fn(|lane| if a[lane] < b[lane] { a[lane] } else { b[lane] });
                seven[high] = from_fn(|lane| if a[lane] < b[lane] { b[lane] } else { a[lane] });
            }
            self.out[from..from + width].copy_from_slice(&seven[3][..width]);
        }
    }
}

/// Appends shares of 1 as whole numbers, 65,535 for all.
pub(super) fn shares(weights: &[f32], to: &mut Vec<u16>) {
    // 2^23: added to a float, the whole number stands in its lowest bits.
    to.extend(weights.iter().map(|weight| (weight * 65_535.0 + 8_388_608.0).to_bits() as u16));
}

/// The largest number and where it stands first.
pub(super) fn largest(values: &[f32]) -> (usize, f32) {
    let most = Largest(values).dispatch();
    (values.iter().position(|&x| x == most).unwrap_or(0), most)
}

struct Largest<'a>(&'a [f32]);

impl SimdOp for Largest<'_> {
    type Output = f32;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> f32 {
        let ops = isa.f32();
        let mut most = ops.splat(f32::MIN);
        let whole = self.0.chunks_exact(ops.len());
        let rest = whole.remainder().iter().copied().fold(f32::MIN, f32::max);
        for chunk in whole {
            most = ops.max(most, ops.load(chunk));
        }
        most.to_array().into_iter().fold(rest, f32::max)
    }
}

/// The logarithm of the sum of the exponentials, given the largest number.
pub(super) fn log_sum(values: &[f32], largest: f32) -> f32 {
    LogSum { values, largest }.dispatch()
}

struct LogSum<'a> {
    values: &'a [f32],
    largest: f32,
}

impl SimdOp for LogSum<'_> {
    type Output = f32;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> f32 {
        let ops = isa.f32();
        let largest = ops.splat(self.largest);
        let mut sum = ops.zero();
        let whole = self.values.chunks_exact(ops.len());
        let rest: f32 = whole.remainder().iter().map(|x| (x - self.largest).exp()).sum();
        for chunk in whole {
            let x = ops.sub(ops.load(chunk), largest);
            sum = ops.add(sum, rten_vecmath::Exp::apply(isa, x));
        }
        (ops.sum(sum) + rest).ln() + self.largest
    }
}
