//! Exact decimal numbers.

use std::fmt;

/// A number of at most 18 digits with at most 9 of them after the comma, exact: `4,2` million is
/// 4 200 000 and nothing near it. Displayed the Danish way, with a comma.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal {
    /// Billionths.
    nano: u128,
}

const UNIT: u128 = 1_000_000_000;
const LARGEST: u128 = 1_000_000_000_000_000_000 * UNIT;

impl Decimal {
    /// A whole number.
    pub fn of(whole: u64) -> Self {
        Self { nano: u128::from(whole) * UNIT }
    }

    /// From the digits before and after the comma. None when there are more than 18 or 9.
    pub fn from_digits(whole: &str, decimals: &str) -> Option<Self> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() > 18 || decimals.len() > 9 || !digits(whole) || !digits(decimals) {
            return None;
        }
        let whole: u128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let nano: u128 = format!("{decimals:0<9}").parse().ok()?;
        Some(Self { nano: whole * UNIT + nano })
    }

    /// The value when nothing stands after the comma.
    pub fn whole(self) -> Option<u64> {
        if self.nano.is_multiple_of(UNIT) { u64::try_from(self.nano / UNIT).ok() } else { None }
    }

    /// The nearest floating-point number.
    pub fn to_f64(self) -> f64 {
        self.nano as f64 / UNIT as f64
    }

    /// The product with a scale word's value; none when it grows too large.
    pub fn scaled(self, by: u64) -> Option<Self> {
        let nano = self.nano.checked_mul(u128::from(by))?;
        (nano <= LARGEST).then_some(Self { nano })
    }

    /// The sum; none when it grows too large.
    pub fn plus(self, other: Self) -> Option<Self> {
        let nano = self.nano.checked_add(other.nano)?;
        (nano <= LARGEST).then_some(Self { nano })
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}", self.nano / UNIT)?;
        let decimals = format!("{:09}", self.nano % UNIT);
        match decimals.trim_end_matches('0') {
            "" => Ok(()),
            decimals => write!(to, ",{decimals}"),
        }
    }
}
