//! The public pages over HTTP, the API, the static site, and all of it in a real browser.

mod api;
mod browser;
mod meetings;
mod pages;
mod safety;
mod served;
mod shown;
mod statics;
