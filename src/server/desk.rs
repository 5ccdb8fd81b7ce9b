//! What every request needs.

use std::sync::Arc;

use super::address::Addresses;
use super::allowance::Allowance;
use super::error::ServerError;
use super::library::Library;
use super::pages::Site;
use super::{Settings, catalogue};

/// Archive, addresses, allowance.
pub(super) struct Desk {
    pub(super) library: Arc<Library>,
    pub(super) site: Arc<Site>,
    pub(super) allowance: Allowance,
    pub(super) behind_proxy: bool,
}

impl Desk {
    pub(super) fn open(
        library: Library,
        addresses: Addresses,
        settings: &Settings,
    ) -> Result<Self, ServerError> {
        let municipality = library.at_once(catalogue::municipality)?;
        Ok(Self {
            library: Arc::new(library),
            site: Arc::new(Site { addresses, municipality }),
            allowance: Allowance::new(settings.api_per_minute),
            behind_proxy: settings.behind_proxy,
        })
    }
}
