//! placeholder
use super::{ExportError, Exporter, Material};
use crate::meeting::Outcome;
/// x
pub(super) struct Html;
impl Exporter for Html {
    fn render(&self, _material: &Material<'_>) -> Result<Outcome<Vec<u8>>, ExportError> { Ok(Outcome::clean(Vec::new())) }
}
