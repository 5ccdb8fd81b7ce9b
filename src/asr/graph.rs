//! Has ggml's processor compute whisper.cpp's graphs in less memory, with the same numbers but for the
//! rounding of logits that are computed for one token instead of several.
//!
//! Three things in them need much more than their result does:
//! - The encoder's attention holds the products of all heads at once (with `small` 12 x 1500 x 1500
//!   numbers, 108 MB), and the next product copies them at half the width (54 MB, kept for good). One
//!   head after another needs a twelfth, and stays in the processor's cache.
//! - The decoder weighs the whole vocabulary for each token of a prompt and of a text whose word times
//!   are sought, and reads the last row only (`whisper_batch_prep_legacy` in whisper.cpp asks for no
//!   other): up to 45 MB.
//! - The scratch memory of the stage before stays while the next one computes; see [`scratch`].
//!
//! The library has no setting for any of it, so [`watch`] puts itself between whisper.cpp and ggml's
//! processor back end: two function pointers of ggml's backend interface (`ggml-backend-impl.h`).
//! Where ggml knows other devices, too, graphs come in pieces, and nothing is changed.
#![allow(unsafe_code)]

use std::ffi::c_char;
use std::sync::{Once, OnceLock};

use whisper_rs::whisper_rs_sys as sys;

use super::scratch;

type Tensor = sys::ggml_tensor;
type Init = unsafe extern "C" fn(sys::ggml_backend_dev_t, *const c_char) -> sys::ggml_backend_t;
type Compute = unsafe extern "C" fn(sys::ggml_backend_t, *mut sys::ggml_cgraph) -> sys::ggml_status;

/// The beginning of `struct ggml_backend_device` (ggml 0.9.5).
#[repr(C)]
struct Device {
    before: [*const (); 5],
    init: Option<Init>,
}

/// The beginning of `struct ggml_backend` (ggml 0.9.5).
#[repr(C)]
struct Backend {
    before: [*const (); 11],
    compute: Option<Compute>,
}

/// Fewer queries than this, and attention is small as it is; the decoder has at most 448.
const MANY: i64 = 449;
/// No product but the vocabulary's is as wide as this: Whisper has 51,864 tokens or more.
const VOCABULARY: i64 = 50_000;
/// Tokens of several hypotheses decoded together, of which every row is read
/// (`WHISPER_MAX_DECODERS`).
const HYPOTHESES: i64 = 8;

static INIT: OnceLock<Init> = OnceLock::new();
static COMPUTE: OnceLock<Compute> = OnceLock::new();

/// Begins to look at graphs; before the first state is made.
pub(super) fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: asks for numbers and for the address of a static, mutable struct that begins as
        // `Device` says in the version that Cargo.lock pins; nothing else uses it yet.
        let device = unsafe {
            if sys::ggml_backend_dev_count() != 1 {
                return;
            }
            let kind = sys::ggml_backend_dev_type_GGML_BACKEND_DEVICE_TYPE_CPU;
            sys::ggml_backend_dev_by_type(kind).cast::<Device>().as_mut()
        };
        if let Some(device) = device
            && let Some(init) = device.init
        {
            let _ = INIT.set(init);
            device.init = Some(note);
        }
    });
}

/// Makes a back end as ggml does, and puts [`compute`] in it.
unsafe extern "C" fn note(
    device: sys::ggml_backend_dev_t,
    parameters: *const c_char,
) -> sys::ggml_backend_t {
    let Some(init) = INIT.get() else { return std::ptr::null_mut() };
    // SAFETY: called as ggml would have called it.
    let backend = unsafe { init(device, parameters) };
    // SAFETY: null or a valid back end, which begins as `Backend` says and is not yet known to
    // anybody else.
    if let Some(head) = unsafe { backend.cast::<Backend>().as_mut() }
        && let Some(original) = head.compute
        && *COMPUTE.get_or_init(|| original) as usize == original as usize
    {
        head.compute = Some(compute);
        // For the graph that smooths what the heads listened to, whisper.cpp leaves four threads as they
        // are by default, of which three spin: 6 % of the work of `base`. For others it sets its number.
        // SAFETY: a back end of the processor, made just now.
        unsafe { sys::ggml_backend_cpu_set_n_threads(backend, 1) };
    }
    backend
}

/// Computes a graph: the stages' scratch memory is given back first, and what needs much memory is
/// computed in pieces.
unsafe extern "C" fn compute(
    backend: sys::ggml_backend_t,
    graph: *mut sys::ggml_cgraph,
) -> sys::ggml_status {
    let Some(original) = COMPUTE.get() else { return sys::ggml_status_GGML_STATUS_FAILED };
    // SAFETY: ggml gives a valid graph, whose nodes live until it is computed.
    let nodes: Vec<&Tensor> = unsafe {
        (0..sys::ggml_graph_n_nodes(graph))
            .filter_map(|at| sys::ggml_graph_node(graph, at).as_ref())
            .collect()
    };
    scratch::enter_stage(&nodes);
    let plan = Plan::of(&nodes);
    if plan.own.is_empty() {
        // SAFETY: called as ggml would have called it.
        return unsafe { original(backend, graph) };
    }
    let many = nodes.last().is_some_and(|last| is_vocabulary(last));
    if many {
        scratch::give_back_zeros();
    }
    // SAFETY: as above; the plan's tensors live until the end of this function.
    let status = unsafe { plan.compute(backend, *original) };
    if many {
        // whisper.cpp now fills as many rows of its own with zeros.
        scratch::keep_results(&nodes);
    }
    status
}

/// Another way to the same results, but for rounding.
struct Plan {
    /// What is computed, in order.
    order: Vec<*mut Tensor>,
    /// The tensors among them that are not the graph's.
    #[expect(
        clippy::vec_box,
        reason = "`order` holds their addresses, which must stay when this grows"
    )]
    own: Vec<Box<Tensor>>,
}

impl Plan {
    fn of(nodes: &[&Tensor]) -> Self {
        let mut plan = Self { order: Vec::with_capacity(nodes.len()), own: Vec::new() };
        let mut rest = nodes;
        while let Some((&first, after)) = rest.split_first() {
            if let [product, weights, result, others @ ..] = rest
                && is_attention(product, weights, result)
                && others.iter().all(|other| !reads(other, product) && !reads(other, weights))
            {
                plan.heads(product, weights, result);
                rest = others;
                continue;
            }
            if after.is_empty() && is_vocabulary(first) {
                plan.last_row(first);
            } else {
                plan.order.push(std::ptr::from_ref(first).cast_mut());
            }
            rest = after;
        }
        plan
    }

    fn push(&mut self, tensor: Tensor) -> *mut Tensor {
        let mut tensor = Box::new(tensor);
        let address = std::ptr::from_mut(tensor.as_mut());
        self.own.push(tensor);
        address
    }

    fn step(&mut self, tensor: Tensor) -> *mut Tensor {
        let address = self.push(tensor);
        self.order.push(address);
        address
    }

    /// One head after another, all in the place of the first. The place of the result may be that of
    /// the queries, which are still read: it is gathered behind the first head's product and copied
    /// in the end.
    fn heads(&mut self, product: &Tensor, weights: &Tensor, result: &Tensor) {
        let spare = product.data.wrapping_byte_add(product.nb[2]);
        for head in 0..product.ne[2] as usize {
            let mut one = *product;
            one.src[0] = self.head(product.src[0], head);
            one.src[1] = self.head(product.src[1], head);
            one.ne[2] = 1;
            let one = self.step(one);
            let mut weighed = *weights;
            weighed.src[0] = one;
            weighed.data = product.data;
            weighed.ne[2] = 1;
            let weighed = self.step(weighed);
            let mut heard = *result;
            heard.src[0] = self.head(result.src[0], head);
            heard.src[1] = weighed;
            heard.data = spare.wrapping_byte_add(head * result.nb[2]);
            heard.ne[2] = 1;
            self.step(heard);
        }
        let mut gathered = *result;
        gathered.data = spare;
        gathered.src = [std::ptr::null_mut(); 10];
        let gathered = self.push(gathered);
        let mut copied = *result;
        copied.op = sys::ggml_op_GGML_OP_DUP;
        copied.src = [std::ptr::null_mut(); 10];
        copied.src[0] = gathered;
        self.step(copied);
    }

    /// A source's part for one head.
    fn head(&mut self, source: *mut Tensor, head: usize) -> *mut Tensor {
        // SAFETY: `is_attention` has seen that it is one, with as many heads.
        let mut part = unsafe { *source };
        part.data = part.data.wrapping_byte_add(head * part.nb[2]);
        part.ne[2] = 1;
        self.push(part)
    }

    fn last_row(&mut self, product: &Tensor) {
        let before = (product.ne[1] - 1) as usize;
        // SAFETY: `is_vocabulary` has seen that it is one.
        let mut row = unsafe { *product.src[1] };
        row.data = row.data.wrapping_byte_add(before * row.nb[1]);
        row.ne[1] = 1;
        let mut last = *product;
        last.data = last.data.wrapping_byte_add(before * last.nb[1]);
        last.ne[1] = 1;
        last.src[1] = self.push(row);
        self.step(last);
    }

    /// # Safety
    /// The graph's tensors must be valid, and `compute` the back end's.
    unsafe fn compute(&self, backend: sys::ggml_backend_t, compute: Compute) -> sys::ggml_status {
        let size = self.order.len();
        // SAFETY: a graph of its own, big enough for its nodes, freed after use.
        unsafe {
            let context = sys::ggml_init(sys::ggml_init_params {
                mem_size: sys::ggml_graph_overhead_custom(size, false),
                mem_buffer: std::ptr::null_mut(),
                no_alloc: true,
            });
            if context.is_null() {
                return sys::ggml_status_GGML_STATUS_FAILED;
            }
            let graph = sys::ggml_new_graph_custom(context, size, false);
            for &node in &self.order {
                sys::ggml_graph_add_node(graph, node);
            }
            let status = compute(backend, graph);
            sys::ggml_free(context);
            status
        }
    }
}

/// Whether these are the three steps of an attention of many queries without a mask, with the same
/// number of heads everywhere.
fn is_attention(product: &Tensor, weights: &Tensor, result: &Tensor) -> bool {
    let heads = product.ne[2];
    let many = |tensor: *mut Tensor| {
        // SAFETY: null or a tensor of the graph.
        unsafe { tensor.as_ref() }.is_some_and(|tensor| tensor.ne[2] == heads && tensor.ne[3] == 1)
    };
    product.op == sys::ggml_op_GGML_OP_MUL_MAT
        && weights.op == sys::ggml_op_GGML_OP_SOFT_MAX
        && result.op == sys::ggml_op_GGML_OP_MUL_MAT
        && std::ptr::eq(weights.src[0], product)
        && weights.src[1..].iter().all(|source| source.is_null())
        && std::ptr::eq(result.src[1], weights)
        && heads > 1
        && product.ne[1] >= MANY
        && product.ne[3] == 1
        && [product, weights, result].iter().all(|tensor| tensor.view_src.is_null())
        && many(product.src[0])
        && many(product.src[1])
        && many(result.src[0])
        // The result finds room behind the first head's product.
        && result.nb[2] * heads as usize <= product.nb[2] * (heads as usize - 1)
}

/// Whether this weighs the vocabulary for so many tokens that only the last is asked for.
fn is_vocabulary(product: &Tensor) -> bool {
    product.op == sys::ggml_op_GGML_OP_MUL_MAT
        && product.ne[0] >= VOCABULARY
        && product.ne[1] > HYPOTHESES
        && product.ne[2] == 1
        && product.ne[3] == 1
        && !product.src[1].is_null()
}

/// Whether a tensor is made from another.
fn reads(tensor: &Tensor, other: &Tensor) -> bool {
    tensor.src.iter().any(|&source| std::ptr::eq(source, other))
        || std::ptr::eq(tensor.view_src, other)
}
