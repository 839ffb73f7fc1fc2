//! The native class behind `functools.lru_cache`.
//!
//! The library's version is a Python function, so each call of a cached function would count twice towards the limit of
//! recursion.

pub(super) use _lru_cache::module_def;

use rustpython_vm::{PyObject, PyResult, VirtualMachine};

/// Adds the class to the module `_functools`, from which `functools` imports it.
pub fn amend(module: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let class = vm.import("_lru_cache", 0)?.get_attr("_lru_cache_wrapper", vm)?;
    module.set_attr("_lru_cache_wrapper", class, vm)
}

#[rustpython_vm::pymodule]
mod _lru_cache {
    use crate::kernel::lock;
    use rustpython_vm::{
        AsObject, Py, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
        builtins::{PyBoundMethod, PyDictRef, PyInt, PyType},
        function::FuncArgs,
        pyclass,
        types::{Callable, Constructor, GetDescriptor},
    };
    use std::sync::Mutex;

    /// The cached results, in a list that is linked from the least recently used to the most recently used one.
    #[derive(Debug, Default)]
    struct Results {
        entries: Vec<Entry>,
        /// The index of the least recently used entry, and that of the most recently used one.
        ends: Option<(usize, usize)>,
        hits: usize,
        misses: usize,
    }

    #[derive(Debug)]
    struct Entry {
        key: PyObjectRef,
        result: PyObjectRef,
        older: Option<usize>,
        newer: Option<usize>,
    }

    impl Results {
        fn unlink(&mut self, at: usize) {
            let (older, newer) = (self.entries[at].older, self.entries[at].newer);
            if let Some(older) = older {
                self.entries[older].newer = newer;
            }
            if let Some(newer) = newer {
                self.entries[newer].older = older;
            }
            self.ends = match self.ends {
                Some((oldest, newest)) if oldest == at && newest == at => None,
                Some((oldest, newest)) => Some((
                    if oldest == at { newer.unwrap_or(oldest) } else { oldest },
                    if newest == at { older.unwrap_or(newest) } else { newest },
                )),
                None => None,
            };
        }

        fn link_as_newest(&mut self, at: usize) {
            let newest = self.ends.map(|(_, newest)| newest);
            (self.entries[at].older, self.entries[at].newer) = (newest, None);
            if let Some(newest) = newest {
                self.entries[newest].newer = Some(at);
            }
            self.ends = Some((self.ends.map_or(at, |(oldest, _)| oldest), at));
        }
    }

    #[pyattr]
    #[pyclass(module = "functools", name = "_lru_cache_wrapper")]
    #[derive(Debug, PyPayload)]
    pub struct LruCacheWrapper {
        function: PyObjectRef,
        /// The maximum number of results, or `None` if there is none.
        max_size: Option<usize>,
        is_typed: bool,
        info_class: PyObjectRef,
        /// Separates the positional arguments in a key from the keyword arguments.
        mark: PyObjectRef,
        /// The index of each key's entry.
        indices: PyDictRef,
        results: Mutex<Results>,
    }

    impl Constructor for LruCacheWrapper {
        type Args = FuncArgs;

        fn py_new(_class: &Py<PyType>, args: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
            let (function, max_size, typed, info_class): (PyObjectRef, PyObjectRef, PyObjectRef, PyObjectRef) =
                args.bind(vm)?;
            if !function.is_callable() {
                return Err(vm.new_type_error("the first argument must be callable"));
            }
            let max_size = match max_size.downcast_ref::<PyInt>() {
                Some(size) => Some(usize::try_from(size.as_bigint()).unwrap_or(0)),
                None if vm.is_none(&max_size) => None,
                None => return Err(vm.new_type_error("maxsize should be integer or None")),
            };
            Ok(Self {
                function,
                max_size,
                is_typed: typed.is_true(vm)?,
                info_class,
                mark: vm.ctx.types.object_type.as_object().call((), vm)?,
                indices: vm.ctx.new_dict(),
                results: Mutex::default(),
            })
        }
    }

    impl Callable for LruCacheWrapper {
        type Args = FuncArgs;

        fn call(zelf: &Py<Self>, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
            if zelf.max_size == Some(0) {
                lock(&zelf.results).misses += 1;
                return zelf.function.call(args, vm);
            }
            let key = zelf.key(&args, vm);
            if let Some(at) = zelf.index(&key, vm)? {
                let mut results = lock(&zelf.results);
                results.hits += 1;
                if zelf.max_size.is_some() {
                    results.unlink(at);
                    results.link_as_newest(at);
                }
                return Ok(results.entries[at].result.clone());
            }
            lock(&zelf.results).misses += 1;
            let result = zelf.function.call(args, vm)?;
            zelf.store(key, result.clone(), vm)?;
            Ok(result)
        }
    }

    impl GetDescriptor for LruCacheWrapper {
        fn descr_get(
            zelf: PyObjectRef,
            object: Option<PyObjectRef>,
            _class: Option<PyObjectRef>,
            vm: &VirtualMachine,
        ) -> PyResult {
            Ok(match object {
                Some(object) if !vm.is_none(&object) => PyBoundMethod::new(object, zelf).into_ref(&vm.ctx).into(),
                _ => zelf,
            })
        }
    }

    #[pyclass(with(Constructor, Callable, GetDescriptor), flags(BASETYPE, HAS_DICT, HAS_WEAKREF, METHOD_DESCRIPTOR))]
    impl LruCacheWrapper {
        /// Returns the key of a call. It is the argument itself if this is the only one, and a number or a string.
        fn key(&self, args: &FuncArgs, vm: &VirtualMachine) -> PyObjectRef {
            if let ([argument], true, false) = (&*args.args, args.kwargs.is_empty(), self.is_typed)
                && (argument.class().is(vm.ctx.types.int_type) || argument.class().is(vm.ctx.types.str_type))
            {
                return argument.clone();
            }
            let mut parts = args.args.clone();
            if !args.kwargs.is_empty() {
                parts.push(self.mark.clone());
                for (name, value) in &args.kwargs {
                    parts.extend([PyObjectRef::from(vm.ctx.new_str(name.as_str())), value.clone()]);
                }
            }
            if self.is_typed {
                let values = args.args.iter().chain(args.kwargs.values());
                parts.extend(values.map(|value| PyObjectRef::from(value.class().to_owned())));
            }
            vm.ctx.new_tuple(parts).into()
        }

        fn index(&self, key: &PyObject, vm: &VirtualMachine) -> PyResult<Option<usize>> {
            let found = self.indices.get_item_opt(key, vm)?;
            Ok(found.and_then(|at| usize::try_from(at.downcast_ref::<PyInt>()?.as_bigint()).ok()))
        }

        /// Stores a result. If the cache is full, the least recently used result makes room for it.
        fn store(&self, key: PyObjectRef, result: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
            // The call may have stored a result for the same key.
            if self.index(&key, vm)?.is_some() {
                return Ok(());
            }
            let (at, removed) = {
                let mut results = lock(&self.results);
                let full = self.max_size.is_some_and(|max_size| results.entries.len() >= max_size);
                let entry = Entry { key: key.clone(), result, older: None, newer: None };
                match results.ends {
                    Some((oldest, _)) if full => {
                        results.unlink(oldest);
                        let removed = std::mem::replace(&mut results.entries[oldest], entry);
                        results.link_as_newest(oldest);
                        (oldest, Some(removed))
                    }
                    _ => {
                        results.entries.push(entry);
                        let at = results.entries.len() - 1;
                        results.link_as_newest(at);
                        (at, None)
                    }
                }
            };
            if let Some(removed) = removed {
                self.indices.del_item(&*removed.key, vm)?;
            }
            self.indices.set_item(&*key, vm.ctx.new_int(at).into(), vm)
        }

        /// Report cache statistics
        #[pymethod]
        fn cache_info(&self, vm: &VirtualMachine) -> PyResult {
            let (hits, misses, size) = {
                let results = lock(&self.results);
                (results.hits, results.misses, results.entries.len())
            };
            let max_size = self.max_size.map_or_else(|| vm.ctx.none(), |size| vm.ctx.new_int(size).into());
            self.info_class.call((hits, misses, max_size, size), vm)
        }

        /// Clear the cache and cache statistics
        #[pymethod]
        fn cache_clear(&self, vm: &VirtualMachine) -> PyResult<()> {
            vm.call_method(self.indices.as_object(), "clear", ())?;
            let cleared = std::mem::take(&mut *lock(&self.results));
            drop(cleared);
            Ok(())
        }

        #[pymethod]
        fn __reduce__(zelf: PyObjectRef, vm: &VirtualMachine) -> PyResult {
            zelf.get_attr("__qualname__", vm)
        }

        #[pymethod]
        fn __copy__(zelf: PyObjectRef) -> PyObjectRef {
            zelf
        }

        #[pymethod]
        fn __deepcopy__(zelf: PyObjectRef, _memo: PyObjectRef) -> PyObjectRef {
            zelf
        }
    }
}
