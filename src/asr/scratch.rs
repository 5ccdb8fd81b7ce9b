//! Gives whisper.cpp's scratch memory back to the system between two computations.
//!
//! whisper.cpp keeps one scratch buffer each for convolution, encoder, cross attention and decoder,
//! and the pages that each has touched stay resident while the others work: with `tiny` that is a
//! third of all memory. What a scratch buffer holds is dead once its computation is over, so its
//! pages can go; they come back, zeroed, when they are written again (madvise(2), `MADV_DONTNEED`),
//! which costs some milliseconds a window.
//!
//! The library offers no handle on these buffers, so [`watch`] puts itself between it and its own
//! allocator of processor memory: two function pointers of ggml's backend interface
//! (`ggml-backend-impl.h`). Elsewhere than on Linux nothing is given back.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::{Mutex, Once, OnceLock, PoisonError};
use std::thread::{self, ThreadId};

use whisper_rs::whisper_rs_sys as sys;

type Alloc =
    unsafe extern "C" fn(sys::ggml_backend_buffer_type_t, usize) -> sys::ggml_backend_buffer_t;
type Free = unsafe extern "C" fn(sys::ggml_backend_buffer_t);

/// The beginning of `struct ggml_backend_buffer_type` (ggml 0.9.5).
#[repr(C)]
struct BufferType {
    name: *const (),
    alloc: Option<Alloc>,
}

/// The beginning of `struct ggml_backend_buffer` (ggml 0.9.5).
#[repr(C)]
struct BufferHead {
    free: Option<Free>,
}

/// A buffer of processor memory that is in use.
struct Buffer {
    handle: usize,
    base: usize,
    size: usize,
    /// The worker that made it; each decodes with buffers of its own.
    owner: ThreadId,
    is_scratch: bool,
}

impl Buffer {
    /// Whether it is a stage's scratch memory. Asked under the lock under which buffers are forgotten.
    fn is_scratch(&mut self) -> bool {
        // A buffer gets its usage after it was made, and keeps it.
        self.is_scratch = self.is_scratch
            // SAFETY: buffers are forgotten before they are freed, under the same lock.
            || unsafe { sys::ggml_backend_buffer_get_usage(self.handle as _) }
                == sys::ggml_backend_buffer_usage_GGML_BACKEND_BUFFER_USAGE_COMPUTE;
        self.is_scratch
    }

    fn holds(&self, tensor: &sys::ggml_tensor) -> bool {
        (self.base..self.base + self.size).contains(&(tensor.data as usize))
    }

    fn is_computed_in_by(&self, graph: &[&sys::ggml_tensor]) -> bool {
        graph.iter().any(|node| node.view_src.is_null() && self.holds(node))
    }

    /// Gives back all but these tensors.
    fn keep(&self, tensors: &[&sys::ggml_tensor]) {
        let place = |tensor: &sys::ggml_tensor| {
            // SAFETY: a valid tensor.
            (tensor.data as usize, unsafe { sys::ggml_nbytes(tensor) })
        };
        let held = tensors.iter().filter(|tensor| self.holds(tensor));
        let mut kept: Vec<_> = held.map(|tensor| place(tensor)).collect();
        kept.sort_unstable();
        let mut from = self.base;
        for (start, size) in kept {
            drop_pages(from, start.saturating_sub(from));
            from = from.max(start + size);
        }
        drop_pages(from, (self.base + self.size).saturating_sub(from));
    }
}

/// Smaller buffers than this, in bytes, are not worth a call.
const WORTH: usize = 1 << 20;

/// Bytes looked at together for zeros: a page, on most machines.
const STEP: usize = 4096;

static BUFFERS: Mutex<Vec<Buffer>> = Mutex::new(Vec::new());
static ALLOC: OnceLock<Alloc> = OnceLock::new();
static FREE: OnceLock<Free> = OnceLock::new();

/// Begins to take note of buffers; before the first model is loaded.
pub(super) fn watch() {
    static ONCE: Once = Once::new();
    if cfg!(not(target_os = "linux")) {
        return;
    }
    ONCE.call_once(|| {
        // SAFETY: gives the address of a static, mutable struct that begins as `BufferType` says in
        // the version that Cargo.lock pins; nothing else uses it yet.
        let kind = unsafe { sys::ggml_backend_cpu_buffer_type().cast::<BufferType>().as_mut() };
        if let Some(kind) = kind
            && !kind.name.is_null()
            && let Some(alloc) = kind.alloc
        {
            let _ = ALLOC.set(alloc);
            kind.alloc = Some(note);
        }
    });
}

/// Allocates as ggml does, and takes note.
unsafe extern "C" fn note(
    kind: sys::ggml_backend_buffer_type_t,
    size: usize,
) -> sys::ggml_backend_buffer_t {
    let Some(alloc) = ALLOC.get() else { return std::ptr::null_mut() };
    // SAFETY: called as ggml would have called it.
    let buffer = unsafe { alloc(kind, size) };
    // SAFETY: ggml gives null or a valid buffer, which begins as `BufferHead` says and is not yet
    // known to anybody else.
    if let Some(head) = unsafe { buffer.cast::<BufferHead>().as_mut() }
        && size >= WORTH
        && let Some(free) = head.free
        && *FREE.get_or_init(|| free) as usize == free as usize
    {
        head.free = Some(forget);
        // SAFETY: a valid buffer.
        let base = unsafe { sys::ggml_backend_buffer_get_base(buffer) } as usize;
        let handle = buffer as usize;
        let owner = thread::current().id();
        let noted = Buffer { handle, base, size, owner, is_scratch: false };
        BUFFERS.lock().unwrap_or_else(PoisonError::into_inner).push(noted);
    }
    buffer
}

/// Frees as ggml does, and forgets.
unsafe extern "C" fn forget(buffer: sys::ggml_backend_buffer_t) {
    let handle = buffer as usize;
    let mut buffers = BUFFERS.lock().unwrap_or_else(PoisonError::into_inner);
    buffers.retain(|noted| noted.handle != handle);
    drop(buffers);
    if let Some(free) = FREE.get() {
        // SAFETY: called as ggml would have called it, with a buffer that this function freed before
        // it was replaced.
        unsafe { free(buffer) };
    }
}

/// Gives back the scratch memory of this thread's buffers. Only between two computations: what they
/// hold is lost.
pub(super) fn give_back() {
    let mut buffers = BUFFERS.lock().unwrap_or_else(PoisonError::into_inner);
    let own = thread::current().id();
    for buffer in buffers.iter_mut().filter(|buffer| buffer.owner == own) {
        if buffer.is_scratch() {
            drop_pages(buffer.base, buffer.size);
        }
    }
}

thread_local! {
    /// The scratch buffer that this thread computed in last.
    static STAGE: Cell<usize> = const { Cell::new(0) };
}

/// Gives back the scratch memory of the stages before, when another one begins, except what its
/// graph reads of it.
pub(super) fn enter_stage(graph: &[&sys::ggml_tensor]) {
    let mut buffers = BUFFERS.lock().unwrap_or_else(PoisonError::into_inner);
    let (stage, before): (Vec<_>, Vec<_>) =
        own_scratch(&mut buffers).into_iter().partition(|buffer| buffer.is_computed_in_by(graph));
    let name = stage.first().map_or(0, |buffer| buffer.handle);
    if STAGE.replace(name) == name {
        return;
    }
    let sources = graph.iter().flat_map(|node| node.src);
    // SAFETY: sources of a graph that is about to be computed are null or valid.
    let sources: Vec<_> = sources.filter_map(|source| unsafe { source.as_ref() }).collect();
    for buffer in before {
        buffer.keep(&sources);
    }
}

/// Gives back the scratch memory of a graph that has been computed, except its results: what none of
/// its own tensors is made from.
pub(super) fn keep_results(graph: &[&sys::ggml_tensor]) {
    let read: HashSet<_> =
        graph.iter().flat_map(|node| node.src.into_iter().chain([node.view_src])).collect();
    let is_result =
        |node: &&&sys::ggml_tensor| !read.contains(&std::ptr::from_ref(**node).cast_mut());
    let results: Vec<_> = graph.iter().filter(is_result).copied().collect();
    let mut buffers = BUFFERS.lock().unwrap_or_else(PoisonError::into_inner);
    for buffer in own_scratch(&mut buffers) {
        if buffer.is_computed_in_by(graph) {
            buffer.keep(&results);
        }
    }
}

/// The scratch buffers of this thread.
fn own_scratch(buffers: &mut [Buffer]) -> Vec<&Buffer> {
    let own = thread::current().id();
    buffers
        .iter_mut()
        .filter_map(|buffer| (buffer.owner == own && buffer.is_scratch()).then_some(&*buffer))
        .collect()
}

/// Gives back all of this thread's buffers but the model's weights: before a part of the sound is
/// encoded, the caches of the part before are dead, too (whisper.cpp clears them before it decodes).
pub(super) fn give_back_all() {
    let buffers = BUFFERS.lock().unwrap_or_else(PoisonError::into_inner);
    let own = thread::current().id();
    for buffer in buffers.iter().filter(|buffer| buffer.owner == own) {
        // SAFETY: buffers are forgotten before they are freed, under the same lock.
        let usage = unsafe { sys::ggml_backend_buffer_get_usage(buffer.handle as _) };
        if usage != sys::ggml_backend_buffer_usage_GGML_BACKEND_BUFFER_USAGE_WEIGHTS {
            drop_pages(buffer.base, buffer.size);
        }
    }
}

/// Gives back the pages of this thread's other buffers that hold nothing but zeros; nobody can tell.
/// The cache of several hypotheses is cleared as a whole when it is made, and most of it never used.
pub(super) fn give_back_zeros() {
    let buffers = BUFFERS.lock().unwrap_or_else(PoisonError::into_inner);
    let own = thread::current().id();
    for buffer in buffers.iter().filter(|buffer| buffer.owner == own && !buffer.is_scratch) {
        let mut empty = 0;
        let end = buffer.base + buffer.size;
        for page in (buffer.base.next_multiple_of(STEP)..end).step_by(STEP) {
            // SAFETY: lies inside a live buffer of this thread, which computes nothing meanwhile, and
            // is aligned far beyond a word.
            let words =
                unsafe { std::slice::from_raw_parts(page as *const u64, STEP.min(end - page) / 8) };
            if words.len() * 8 == STEP && words.iter().all(|&word| word == 0) {
                empty += STEP;
                continue;
            }
            drop_pages(page - empty, empty);
            empty = 0;
        }
        drop_pages(end / STEP * STEP - empty, empty);
    }
}

/// Gives back a stretch of floats whose content nobody needs.
pub(super) fn give_back_floats(base: *mut f32, count: usize) {
    if !base.is_null() {
        drop_pages(base as usize, count * size_of::<f32>());
    }
}

/// Gives back the whole pages of `size` bytes at `base`; they read as zero afterwards.
#[cfg(target_os = "linux")]
fn drop_pages(base: usize, size: usize) {
    // SAFETY: asks for a number.
    let page = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096);
    let start = base.next_multiple_of(page);
    let end = (base + size) / page * page;
    if start < end {
        // SAFETY: the pages lie inside a live allocation of this process, whose content nobody needs.
        unsafe { libc::madvise(start as *mut libc::c_void, end - start, libc::MADV_DONTNEED) };
    }
}

#[cfg(not(target_os = "linux"))]
fn drop_pages(_: usize, _: usize) {}
