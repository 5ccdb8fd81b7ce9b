//! Chromium, driven over the WebDriver protocol (W3C): JSON over HTTP, so no crate is needed.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The name under which WebDriver hands out elements (W3C WebDriver § 12.1).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A window with one page.
pub(super) struct Browser {
    driver: Child,
    session: String,
    agent: ureq::Agent,
    _profile: tempfile::TempDir,
}

/// How the window is to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub width: u32,
    pub height: u32,
    pub dark: bool,
    pub scripts: bool,
}

pub(super) const DESKTOP: Window = Window { width: 1280, height: 900, dark: false, scripts: true };
pub(super) const PHONE: Window = Window { width: 360, height: 740, dark: false, scripts: true };

fn program(name: &str) -> Option<PathBuf> {
    std::env::var_os("PATH")
        .into_iter()
        .flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>())
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

/// Says why a browser test is skipped; fails where `REFERENT_TEST_BROWSER=required`.
pub(super) fn skip(why: &str) {
    let required = std::env::var("REFERENT_TEST_BROWSER").is_ok_and(|value| value == "required");
    assert!(!required, "REFERENT_TEST_BROWSER=required, but {why}");
    println!("skipped: {why}");
}

impl Browser {
    /// Opens a window; none, with a message, where there is no Chromium.
    pub(super) fn open(window: Window) -> Option<Self> {
        let (Some(chromium), Some(chromedriver)) = (program("chromium"), program("chromedriver"))
        else {
            skip("Chromium and ChromeDriver are not on this machine (chromium, chromium-driver)");
            return None;
        };
        let profile = tempfile::tempdir().unwrap();
        let (driver, port) = started(&chromedriver);
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(90)))
            .build()
            .into();
        let mut arguments: Vec<String> = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--autoplay-policy=no-user-gesture-required",
            "--hide-scrollbars",
            // The pages scroll smoothly otherwise, and each try to click begins the movement anew.
            "--force-prefers-reduced-motion",
        ]
        .map(str::to_owned)
        .to_vec();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        // Headless windows of under 500 pixels exist only as an emulated device.
        let mut options = json!({
            "binary": chromium, "args": arguments,
            "mobileEmulation": {"deviceMetrics": {
                "width": window.width, "height": window.height, "pixelRatio": 1.0,
                "touch": false, "mobile": window.width < 500}},
        });
        if !window.scripts {
            options["prefs"] = json!({"profile.managed_default_content_settings.javascript": 2});
        }
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"}}}});
        let address = format!("http://127.0.0.1:{port}/session");
        let made = exchange(&agent, "POST", &address, Some(&wanted));
        let id = made["sessionId"].as_str().unwrap_or_else(|| panic!("{made}"));
        let browser = Self { driver, session: format!("{address}/{id}"), agent, _profile: profile };
        if window.dark {
            browser.devtools(
                "Emulation.setEmulatedMedia",
                json!({"features": [{"name": "prefers-color-scheme", "value": "dark"}]}),
            );
        }
        Some(browser)
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        exchange(&self.agent, method, &format!("{}{path}", self.session), body)
    }

    fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        self.ask("POST", "/goog/cdp/execute", Some(&body))
    }

    /// Opens a page and waits until it is loaded.
    pub(super) fn go(&self, url: &str) {
        self.ask("POST", "/url", Some(&json!({"url": url})));
    }

    pub(super) fn url(&self) -> String {
        self.ask("GET", "/url", None).as_str().unwrap().to_owned()
    }

    /// The value of a script's `return`.
    pub(super) fn run(&self, script: &str) -> Value {
        self.ask("POST", "/execute/sync", Some(&json!({"script": script, "args": []})))
    }

    /// The same for a script that calls `arguments[0]` when it is done.
    pub(super) fn run_later(&self, script: &str) -> Value {
        self.ask("POST", "/execute/async", Some(&json!({"script": script, "args": []})))
    }

    fn element(&self, css: &str) -> String {
        let found =
            self.ask("POST", "/element", Some(&json!({"using": "css selector", "value": css})));
        found[ELEMENT].as_str().unwrap_or_else(|| panic!("{css}: {found}")).to_owned()
    }

    /// Clicks as soon as the element holds still, for at most 20 seconds: where the page moves
    /// under the pointer (the transcript follows the sound), the driver refuses the click.
    pub(super) fn click(&self, css: &str) {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let path = format!("/element/{}/click", self.element(css));
            let answer = self.ask("POST", &path, Some(&json!({})));
            if answer["error"] != "element click intercepted" || Instant::now() > end {
                assert!(answer.is_null(), "{css}: {answer}");
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub(super) fn write(&self, css: &str, text: &str) {
        let path = format!("/element/{}/value", self.element(css));
        let answer = self.ask("POST", &path, Some(&json!({"text": text})));
        assert!(answer.is_null(), "{css}: {answer}");
    }

    /// The text that a reader sees.
    pub(super) fn text(&self, css: &str) -> String {
        let text = self.ask("GET", &format!("/element/{}/text", self.element(css)), None);
        text.as_str().unwrap().to_owned()
    }

    /// Presses keys where the focus is; `\u{E004}` is Tab, `\u{E007}` Enter (WebDriver § 17.4.2).
    pub(super) fn press(&self, keys: &str) {
        let keys: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                let key = key.to_string();
                [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})]
            })
            .collect();
        let actions = json!({"actions": [{"type": "key", "id": "keyboard", "actions": keys}]});
        self.ask("POST", "/actions", Some(&actions));
    }

    /// Waits until a script returns something true, at most 20 seconds.
    pub(super) fn wait(&self, script: &str) {
        let end = Instant::now() + Duration::from_secs(20);
        while self.run(script) != Value::Bool(true) {
            assert!(Instant::now() < end, "never true: {script}");
            std::thread::yield_now();
        }
    }

    /// Messages on the console that tell of a fault: a refused script, a missing file.
    pub(super) fn complaints(&self) -> Vec<String> {
        let log = self.ask("POST", "/se/log", Some(&json!({"type": "browser"})));
        log.as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["level"] == "SEVERE" || entry["level"] == "WARNING")
            .map(|entry| entry["message"].to_string())
            .collect()
    }

    /// Keeps a picture under `$REFERENT_SCREENSHOTS`, where that is set.
    pub(super) fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("REFERENT_SCREENSHOTS") else { return };
        let shot = self.devtools("Page.captureScreenshot", json!({"format": "png"}));
        let path = PathBuf::from(folder).join(format!("{name}.png"));
        std::fs::write(path, base64(shot["data"].as_str().unwrap())).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.agent.delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// A ChromeDriver and its port. The port that it finds free can be taken by another before it
/// listens on it; then it ends, and another is started.
fn started(chromedriver: &Path) -> (Child, u16) {
    let start = || {
        let mut driver = Command::new(chromedriver)
            .args(["--port=0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let port = port_of(&mut driver);
        if port.is_none() {
            driver.wait().unwrap();
        }
        Some((driver, port?))
    };
    (0..5).find_map(|_| start()).expect("chromedriver names its port")
}

/// The port that ChromeDriver says it took; none when it ends without.
fn port_of(driver: &mut Child) -> Option<u16> {
    use std::io::BufRead;
    let mut lines = std::io::BufReader::new(driver.stdout.take().unwrap()).lines();
    let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
        line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok()
    });
    // It goes on talking; a full pipe would stop it.
    std::thread::spawn(move || lines.for_each(drop));
    port
}

fn exchange(agent: &ureq::Agent, method: &str, url: &str, body: Option<&Value>) -> Value {
    let answer = match (method, body) {
        ("GET", _) => agent.get(url).call(),
        (_, Some(body)) => agent.post(url).content_type("application/json").send(body.to_string()),
        (_, None) => agent.post(url).content_type("application/json").send("{}"),
    };
    let text = answer.unwrap().body_mut().with_config().limit(64 << 20).read_to_string().unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    value["value"].clone()
}

fn base64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xFF) as u8);
        }
    }
    bytes
}
