//! How often a client may ask the API.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Clients that are remembered; beyond this the fullest buckets, which mean nothing, are forgotten.
const CLIENTS: usize = 10_000;

/// A token bucket for each client address: `burst` requests at once, refilled at `per_second`.
#[derive(Debug)]
pub(super) struct Allowance {
    per_second: f64,
    burst: f64,
    clients: Mutex<HashMap<IpAddr, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    seen: Instant,
}

impl Allowance {
    /// `per_minute` requests a minute; a tenth of that (at least 5) may come at once.
    pub(super) fn new(per_minute: u32) -> Self {
        let per_minute = f64::from(per_minute.max(1));
        Self {
            per_second: per_minute / 60.0,
            burst: (per_minute / 10.0).max(5.0),
            clients: Mutex::new(HashMap::new()),
        }
    }

    /// Takes one request from the client's allowance.
    ///
    /// # Errors
    /// How long the client must wait when nothing is left.
    pub(super) fn take(&self, client: IpAddr, now: Instant) -> Result<(), Duration> {
        let mut clients = self.clients.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if clients.len() >= CLIENTS && !clients.contains_key(&client) {
            clients.retain(|_, bucket| self.filled(*bucket, now) < self.burst);
            if clients.len() >= CLIENTS {
                clients.clear();
            }
        }
        let bucket = clients.entry(client).or_insert(Bucket { tokens: self.burst, seen: now });
        bucket.tokens = self.filled(*bucket, now);
        bucket.seen = now;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - bucket.tokens) / self.per_second))
    }

    fn filled(&self, bucket: Bucket, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(bucket.seen).as_secs_f64();
        (bucket.tokens + passed * self.per_second).min(self.burst)
    }
}
