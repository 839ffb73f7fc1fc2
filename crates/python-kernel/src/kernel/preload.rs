//! Creates the `redis` package and its modules without the import system, which would run half a millisecond of Python
//! code for each module.
//!
//! The modules look as if they had been imported. Modules that are not listed here, or that are reloaded, are imported
//! in the usual way.

use rustpython_vm::{
    AsObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDictRef, PyModule},
    function::{FuncArgs, KwArgs},
    import::make_frozen,
    scope::Scope,
};

/// The modules that a client needs. Each comes after the modules that it imports. `redis` itself imports all of them.
const MODULES: [&str; 29] = [
    "redis.absent",
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
    "redis.commands.acl",
    "redis.commands.geo",
    "redis.commands.lists",
    "redis.commands.refused",
    "redis.commands.scan",
    "redis.commands.connections",
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

/// Creates `redis` and all of `MODULES`, adds them to `sys.modules`, and runs their code.
pub fn load_redis(vm: &VirtualMachine) -> PyResult<()> {
    let loader = Loader::new(vm)?;
    let redis = loader.create("redis")?;
    for name in MODULES {
        let module = loader.create(name)?;
        loader.run(name, &module)?;
        if let Some((parent, last)) = name.rsplit_once('.') {
            loader.modules.get_item(parent, vm)?.set_attr(vm.ctx.intern_str(last), module, vm)?;
        }
    }
    loader.run("redis", &redis)
}

/// The objects of the import system that are needed to create a module.
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

    /// Creates a module with the attributes that `_frozen_importlib` would give it, without running its code.
    fn create(&self, name: &str) -> PyResult {
        let vm = self.vm;
        let name_object = || PyObjectRef::from(vm.ctx.new_str(name));
        let is_package = vm.state.frozen.get(name).is_some_and(|frozen| frozen.package);
        let state = self.call(&self.namespace, vec![], [("filename", vm.ctx.none()), ("origname", name_object())])?;
        let named = [
            ("origin", PyObjectRef::from(vm.ctx.new_str("frozen"))),
            ("loader_state", state),
            ("is_package", vm.ctx.new_bool(is_package).into()),
        ];
        let spec = self.call(&self.spec, vec![name_object(), self.importer.clone()], named)?;
        let module = vm.ctx.types.module_type.as_object().call((name_object(),), vm)?;
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

    /// Runs the code of a module.
    fn run(&self, name: &str, module: &PyObjectRef) -> PyResult<()> {
        let vm = self.vm;
        let globals = module.downcast_ref::<PyModule>().map(|module| module.dict());
        let globals = globals.ok_or_else(|| vm.new_runtime_error("the module type does not create modules"))?;
        vm.run_code_obj(make_frozen(vm, name)?, Scope::with_builtins(None, globals, vm)).map(drop)
    }

    /// Calls a class with positional and keyword arguments. Returns the new object.
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
