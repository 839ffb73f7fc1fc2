//! Saves and restores the learner's variables by calling functions of `host_stubs/_variables.py`.

use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine, scope::Scope};

/// The variables that were saved last, or `None` if they cannot be restored.
#[derive(Default)]
pub struct SavedVariables(Option<PyObjectRef>);

impl SavedVariables {
    /// Saves all variables. Returns whether they can be restored.
    pub fn save(&mut self, scope: &Scope, vm: &VirtualMachine) -> bool {
        let saved = function("save", vm).and_then(|save| save.call((scope.globals.clone(),), vm));
        self.0 = saved.ok().filter(|saved| !vm.is_none(saved));
        self.0.is_some()
    }

    /// Restores the variables that were saved last. Does nothing if they cannot be restored.
    pub fn restore(&self, scope: &Scope, vm: &VirtualMachine) {
        let Some(saved) = &self.0 else { return };
        let restored =
            function("restore", vm).and_then(|restore| restore.call((scope.globals.clone(), saved.clone()), vm));
        assert!(restored.is_ok(), "what was saved can be copied again");
    }
}

fn function(name: &'static str, vm: &VirtualMachine) -> PyResult {
    vm.import("_variables", 0)?.as_object().get_attr(name, vm)
}
