//! Weights in memory, as 32-bit floats.

/// One tensor; the last axis varies fastest, as in PyTorch.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tensor {
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<f32>,
}

impl Tensor {
    /// `None` when shape and values disagree.
    pub(super) fn new(shape: Vec<usize>, values: Vec<f32>) -> Option<Self> {
        (element_count(&shape)? == values.len()).then_some(Self { shape, values })
    }

    /// Rows `from..to` of the first axis.
    pub(super) fn rows(self, from: usize, to: usize) -> Option<Self> {
        let (&first, rest) = self.shape.split_first()?;
        if from > to || to > first {
            return None;
        }
        let width = element_count(rest)?;
        let values = self.values.get(from.checked_mul(width)?..to.checked_mul(width)?)?.to_vec();
        let mut shape = self.shape;
        *shape.first_mut()? = to - from;
        Some(Self { shape, values })
    }

    /// A matrix with its axes swapped; `None` for anything else.
    pub(super) fn transposed(self) -> Option<Self> {
        let &[rows, columns] = self.shape.as_slice() else { return None };
        let mut values = Vec::with_capacity(self.values.len());
        for column in 0..columns {
            values.extend(self.values.iter().skip(column).step_by(columns.max(1)));
        }
        Self::new(vec![columns, rows], values)
    }
}

/// Number of elements, `None` on overflow.
pub(super) fn element_count(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1_usize, |product, &axis| product.checked_mul(axis))
}

/// Number types that weights are stored in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    F32,
    F16,
    Bf16,
    I8,
    U8,
    I16,
    I32,
}

impl Element {
    /// Bytes of one number.
    pub(super) fn width(self) -> usize {
        match self {
            Self::F32 | Self::I32 => 4,
            Self::F16 | Self::Bf16 | Self::I16 => 2,
            Self::I8 | Self::U8 => 1,
        }
    }

    /// Little-endian bytes as floats; a last incomplete number is left out.
    pub(super) fn decode(self, bytes: &[u8]) -> Vec<f32> {
        match self {
            Self::F32 => pieces(bytes).map(f32::from_le_bytes).collect(),
            Self::F16 => pieces(bytes).map(|b| half::f16::from_le_bytes(b).to_f32()).collect(),
            Self::Bf16 => pieces(bytes).map(|b| half::bf16::from_le_bytes(b).to_f32()).collect(),
            Self::I16 => pieces(bytes).map(|b| f32::from(i16::from_le_bytes(b))).collect(),
            Self::I32 => pieces(bytes).map(|b| i32::from_le_bytes(b) as f32).collect(),
            Self::I8 => bytes.iter().map(|&b| f32::from(b.cast_signed())).collect(),
            Self::U8 => bytes.iter().map(|&b| f32::from(b)).collect(),
        }
    }
}

fn pieces<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> {
    bytes.as_chunks::<N>().0.iter().copied()
}
