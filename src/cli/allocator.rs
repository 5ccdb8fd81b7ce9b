//! Has the C library's allocator hand memory back that is free.
#![allow(unsafe_code)]

/// Bytes from which on a block is mapped by itself and given back when it is freed. glibc raises its
/// own threshold, at first this one, with every block that is freed, to 32 MiB, and what lies below
/// stays (mallopt(3)): with `base` that came to 40 MB in a worker.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const MAPPED: libc::c_int = 128 << 10;

/// Sets the allocator up; before the first thread is started.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(super) fn keep_little() {
    // SAFETY: sets numbers in the allocator; a value that it does not take changes nothing.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED);
        libc::mallopt(libc::M_TRIM_THRESHOLD, MAPPED);
        // Every thread's own heap would keep what it once needed.
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(super) fn keep_little() {}
