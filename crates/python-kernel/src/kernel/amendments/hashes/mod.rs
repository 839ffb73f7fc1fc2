//! Hash functions that the interpreter lacks: BLAKE2 with all parameters, and scrypt.

mod blake2;
mod scrypt;

use rustpython_vm::{PyObject, PyResult, VirtualMachine};

pub(super) use _blake2::module_def;

/// Adds `scrypt` to the module `_hashlib`.
pub fn amend(module: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    module.set_attr("scrypt", vm.new_function("scrypt", scrypt::scrypt), vm)
}

#[rustpython_vm::pymodule]
mod _blake2 {
    use super::blake2::{Hasher, Parameters, Variant};
    use rustpython_vm::{
        FromArgs, PyPayload, PyResult, VirtualMachine,
        builtins::PyBytes,
        function::{ArgBytesLike, OptionalArg},
        pyclass,
    };
    use std::sync::{Mutex, MutexGuard, PoisonError};

    #[pyattr]
    #[pyclass(module = "_blake2", name = "blake2")]
    #[derive(PyPayload)]
    struct Blake2 {
        hasher: Mutex<Hasher>,
    }

    impl std::fmt::Debug for Blake2 {
        fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("Blake2")
        }
    }

    #[pyclass]
    impl Blake2 {
        fn hasher(&self) -> MutexGuard<'_, Hasher> {
            self.hasher.lock().unwrap_or_else(PoisonError::into_inner)
        }

        #[pymethod]
        fn update(&self, data: ArgBytesLike) {
            self.hasher().update(&data.borrow_buf());
        }

        #[pymethod]
        fn digest(&self) -> PyBytes {
            self.hasher().digest().into()
        }

        #[pymethod]
        fn hexdigest(&self) -> String {
            self.hasher().digest().iter().map(|byte| format!("{byte:02x}")).collect()
        }

        #[pymethod]
        fn copy(&self) -> Self {
            Self { hasher: Mutex::new(self.hasher().clone()) }
        }

        #[pygetset]
        fn name(&self) -> &'static str {
            self.hasher().variant().name()
        }

        #[pygetset]
        fn digest_size(&self) -> usize {
            self.hasher().digest_size()
        }

        #[pygetset]
        fn block_size(&self) -> usize {
            self.hasher().variant().block_size()
        }
    }

    #[derive(FromArgs)]
    struct Args {
        #[pyarg(positional, optional)]
        data: OptionalArg<ArgBytesLike>,
        #[pyarg(named, default)]
        digest_size: Option<isize>,
        #[pyarg(named, default)]
        key: Option<ArgBytesLike>,
        #[pyarg(named, default)]
        salt: Option<ArgBytesLike>,
        #[pyarg(named, default)]
        person: Option<ArgBytesLike>,
        #[pyarg(named, default = 1)]
        fanout: u8,
        #[pyarg(named, default = 1)]
        depth: u8,
        #[pyarg(named, default = 0)]
        leaf_size: u32,
        #[pyarg(named, default = 0)]
        node_offset: u64,
        #[pyarg(named, default = 0)]
        node_depth: u8,
        #[pyarg(named, default = 0)]
        inner_size: u8,
        #[pyarg(named, default = false)]
        last_node: bool,
        #[pyarg(named, default = true)]
        #[allow(dead_code)]
        usedforsecurity: bool,
    }

    #[pyfunction]
    fn blake2b(args: Args, vm: &VirtualMachine) -> PyResult {
        Ok(create(Variant::B, args, vm)?.into_pyobject(vm))
    }

    #[pyfunction]
    fn blake2s(args: Args, vm: &VirtualMachine) -> PyResult {
        Ok(create(Variant::S, args, vm)?.into_pyobject(vm))
    }

    fn create(variant: Variant, args: Args, vm: &VirtualMachine) -> PyResult<Blake2> {
        let bytes = |argument: &Option<ArgBytesLike>| {
            argument.as_ref().map(|bytes| bytes.borrow_buf().to_vec()).unwrap_or_default()
        };
        let max = variant.max_digest_size();
        let digest_size = args.digest_size.map_or(Some(max), |size| usize::try_from(size).ok());
        let digest_size = digest_size
            .filter(|size| (1..=max).contains(size))
            .ok_or_else(|| vm.new_value_error(format!("digest_size must be between 1 and {max} bytes")))?;
        let parameters = Parameters {
            digest_size,
            key: bytes(&args.key),
            salt: bytes(&args.salt),
            person: bytes(&args.person),
            fanout: args.fanout,
            depth: args.depth,
            leaf_size: args.leaf_size,
            node_offset: args.node_offset,
            node_depth: args.node_depth,
            inner_size: args.inner_size,
            is_last_node: args.last_node,
        };
        let most = variant.max_salt_size();
        for (name, length, most) in [
            ("salt", parameters.salt.len(), most),
            ("person", parameters.person.len(), most),
            ("key", parameters.key.len(), max),
        ] {
            if length > most {
                return Err(vm.new_value_error(format!("maximum {name} length is {most} bytes")));
            }
        }
        let mut hasher = Hasher::new(variant, &parameters);
        if let Some(data) = args.data.into_option() {
            hasher.update(&data.borrow_buf());
        }
        Ok(Blake2 { hasher: Mutex::new(hasher) })
    }
}
