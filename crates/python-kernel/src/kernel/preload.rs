//! `redis` and its modules, made without the import system, which takes half a millisecond of Python for each of them.
//!
//! They look as if they had been imported. Whatever is not listed here, or is imported anew, goes the usual way.

use rustpython_vm::{
    AsObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDictRef, PyModule},
    function::{FuncArgs, KwArgs},
    import::make_frozen,
    scope::Scope,
};

/// The modules that a client needs, each behind those that it imports. `redis` itself imports them all.
const MODULES: [&str; 26] = [
    "redis.exceptions",
    "redis.backoff",
    "redis.retry",
    "redis.driver_info",
    "redis.encoder",
    "redis.replies",
    "redis.commands",
    "redis.commands.arguments",
    "redis.commands.strings",
    "redis.commands.keys",
    "redis.commands.hashes",
    "redis.commands.hyperloglog",
    "redis.commands.geo",
    "redis.commands.lists",
    "redis.commands.refused",
    "redis.commands.scan",
    "redis.commands.server",
    "redis.commands.sets",
    "redis.commands.sorted_sets",
    "redis.commands.streams",
    "redis.commands.pubsub",
    "redis.commands.core",
    "redis.maint_notifications",
    "redis.abstract_connection",
    "redis.connection",
    "redis.client",
];

/// Makes `redis` ready to be imported.
pub fn redis(vm: &VirtualMachine) -> PyResult<()> {
    let loader = Loader::new(vm)?;
    let redis = loader.make("redis")?;
    for name in MODULES {
        let module = loader.make(name)?;
        loader.run(name, &module)?;
        if let Some((parent, last)) = name.rsplit_once('.') {
            loader.modules.get_item(parent, vm)?.set_attr(vm.ctx.intern_str(last), module, vm)?;
        }
    }
    loader.run("redis", &redis)
}

/// What modules are made with.
struct Loader<'a> {
    vm: &'a VirtualMachine,
    modules: PyDictRef,
    importer: PyObjectRef,
    spec: PyObjectRef,
    namespace: PyObjectRef,
}

impl<'a> Loader<'a> {
    fn new(vm: &'a VirtualMachine) -> PyResult<Self> {
        let modules: PyDictRef = vm.sys_module.get_attr("modules", vm)?.try_into_value(vm)?;
        let importlib = modules.get_item("_frozen_importlib", vm)?;
        Ok(Loader {
            vm,
            modules,
            importer: importlib.get_attr("FrozenImporter", vm)?,
            spec: importlib.get_attr("ModuleSpec", vm)?,
            namespace: vm.sys_module.get_attr("implementation", vm)?.class().to_owned().into(),
        })
    }

    /// A module that has not run yet, as `_frozen_importlib` makes it.
    fn make(&self, name: &str) -> PyResult {
        let vm = self.vm;
        let shown = || PyObjectRef::from(vm.ctx.new_str(name));
        let is_package = vm.state.frozen.get(name).is_some_and(|frozen| frozen.package);
        let state = self.call(&self.namespace, vec![], [("filename", vm.ctx.none()), ("origname", shown())])?;
        let named = [
            ("origin", PyObjectRef::from(vm.ctx.new_str("frozen"))),
            ("loader_state", state),
            ("is_package", vm.ctx.new_bool(is_package).into()),
        ];
        let spec = self.call(&self.spec, vec![shown(), self.importer.clone()], named)?;
        let module = vm.ctx.types.module_type.as_object().call((shown(),), vm)?;
        let package = if is_package { name } else { name.rsplit_once('.').map_or("", |(parent, _)| parent) };
        module.set_attr("__package__", vm.ctx.new_str(package), vm)?;
        module.set_attr("__loader__", self.importer.clone(), vm)?;
        if is_package {
            module.set_attr("__path__", spec.get_attr("submodule_search_locations", vm)?, vm)?;
        }
        spec.set_attr("_initializing", vm.ctx.new_bool(false), vm)?;
        module.set_attr("__spec__", spec, vm)?;
        module.set_attr("__builtins__", vm.builtins.dict(), vm)?;
        self.modules.set_item(name, module.clone(), vm)?;
        Ok(module)
    }

    fn run(&self, name: &str, module: &PyObjectRef) -> PyResult<()> {
        let vm = self.vm;
        let globals = module.downcast_ref::<PyModule>().map(|module| module.dict());
        let globals = globals.ok_or_else(|| vm.new_runtime_error("a module is none"))?;
        vm.run_code_obj(make_frozen(vm, name)?, Scope::with_builtins(None, globals, vm)).map(drop)
    }

    fn call<const N: usize>(
        &self,
        class: &PyObjectRef,
        arguments: Vec<PyObjectRef>,
        named: [(&str, PyObjectRef); N],
    ) -> PyResult {
        let named: KwArgs = named.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        class.call(FuncArgs::new(arguments, named), self.vm)
    }
}
