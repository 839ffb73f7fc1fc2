//! `_tutor`: what Python finds in the place of a terminal and a machine, made in Rust so that no rebinding of the
//! learner's can break it. `sys.stdout` and its like, the echo of a value, `input`, and the guards of `eval`, `exec`
//! and `compile` against source that is nested so deeply that the compiler would overflow its stack.

use super::{kernel, nested_too_deeply};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, function::FuncArgs};

pub(super) use _tutor::{Output, module_def};

/// Calls the builtin that a guard stands before, once its source is found shallow enough.
fn guarded(builtin: &'static str, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    use rustpython_vm::builtins::{PyBytes, PyStr};
    if let Some(source) = args.args.first() {
        let source = match source.downcast_ref::<PyStr>() {
            Some(text) => Some(text.to_string_lossy()),
            None => source.downcast_ref::<PyBytes>().map(|bytes| String::from_utf8_lossy(bytes.as_bytes())),
        };
        if let Some(error) = source.and_then(|source| nested_too_deeply(&source, "<string>", vm)) {
            return Err(error);
        }
    }
    match kernel().unguarded(builtin) {
        Some(builtin) => builtin.call(args, vm),
        None => Err(vm.new_runtime_error("the sandbox is not set up yet")),
    }
}

/// Writes the text to the object that stands for a stream.
fn write_to(stream: &PyObjectRef, text: &str, vm: &VirtualMachine) -> PyResult<()> {
    match stream.downcast_ref::<Output>() {
        Some(output) => kernel().pipe.print(output.stream, text),
        None => drop(vm.call_method(stream, "write", (text.to_owned(),))?),
    }
    Ok(())
}

#[rustpython_vm::pymodule]
mod _tutor {
    use super::{guarded, kernel, write_to};
    use crate::frame::{FromChild, Stream, ToChild};
    use crate::kernel as child;
    use crate::kernel::clock;
    use rustpython_vm::{
        AsObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
        builtins::{PyBaseException, PyBytesRef, PyListRef, PyStrRef},
        function::{ArgBytesLike, ArgIntoFloat, FuncArgs, OptionalArg},
        pyclass,
    };

    /// `sys.stdout` or `sys.stderr`.
    #[pyattr]
    #[pyclass(module = "_tutor", name = "Output")]
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
                // Half of a surrogate pair is no text: strict on standard output, shown escaped on standard error.
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
            Err(no_descriptor(vm)?)
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

    /// `sys.stdout.buffer`: bytes, which are shown as the UTF-8 that they are.
    #[pyattr]
    #[pyclass(module = "_tutor", name = "Buffer")]
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

    /// `sys.stdin`.
    #[pyattr]
    #[pyclass(module = "_tutor", name = "Input")]
    #[derive(Debug, PyPayload)]
    pub struct Input {}

    #[pyclass]
    impl Input {
        #[pymethod]
        fn readline(&self, _size: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<String> {
            Ok(ask_line("", vm)?.map_or_else(String::new, |line| line + "\n"))
        }

        #[pymethod]
        fn read(&self, _size: OptionalArg<PyObjectRef>, vm: &VirtualMachine) -> PyResult<String> {
            let mut text = String::new();
            while let Some(line) = ask_line("", vm)? {
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
            Err(no_descriptor(vm)?)
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

    /// The error that asking for a stream's file descriptor raises, as with a stream in memory.
    fn no_descriptor(vm: &VirtualMachine) -> PyResult<rustpython_vm::builtins::PyBaseExceptionRef> {
        // It is an OSError as well, which has more to it than a message: only its class knows how to make one.
        vm.import("_io", 0)?.get_attr("UnsupportedOperation", vm)?.call(("fileno",), vm)?.try_into_value(vm)
    }

    fn ask_line(prompt: &str, vm: &VirtualMachine) -> PyResult<Option<String>> {
        match child::ask(&FromChild::Input { prompt: prompt.to_owned() }, vm)? {
            ToChild::Line { text } => Ok(text),
            _ => Ok(None),
        }
    }

    /// The echo of the interactive prompt.
    #[pyfunction]
    fn displayhook(value: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        if vm.is_none(&value) {
            return Ok(());
        }
        // So that a repr that shows `_` doesn't show itself.
        vm.builtins.set_attr("_", vm.ctx.none(), vm)?;
        let text = value.repr(vm)?.to_string_lossy().into_owned();
        let stdout = vm.sys_module.get_attr("stdout", vm)?;
        if vm.is_none(&stdout) {
            return Err(vm.new_runtime_error("lost sys.stdout"));
        }
        write_to(&stdout, &text, vm)?;
        write_to(&stdout, "\n", vm)?;
        kernel().echoed(text);
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
            ask_line(&prompt, vm)?
        } else if vm.is_none(&stdin) {
            return Err(vm.new_runtime_error("input(): lost sys.stdin"));
        } else {
            write_to(&vm.sys_module.get_attr("stdout", vm)?, &prompt, vm)?;
            let line: String = vm.call_method(&stdin, "readline", ())?.try_into_value(vm)?;
            (!line.is_empty()).then(|| line.strip_suffix('\n').unwrap_or(&line).to_owned())
        };
        line.ok_or_else(|| vm.new_eof_error("EOF when reading a line".to_owned()))
    }

    /// `os._exit`: this process ends, with no more ado.
    #[pyfunction]
    fn end() {
        std::process::exit(0);
    }

    #[pyfunction]
    fn eval(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        guarded("eval", args, vm)
    }

    #[pyfunction]
    fn exec(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        guarded("exec", args, vm)
    }

    #[pyfunction]
    fn compile(args: FuncArgs, vm: &VirtualMachine) -> PyResult {
        guarded("compile", args, vm)
    }

    #[pyfunction]
    fn urandom(count: usize) -> Vec<u8> {
        kernel().rng.bytes(count)
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

    /// Where an exception goes that nobody caught, if Python itself reports it.
    #[pyfunction]
    fn excepthook(
        _class: PyObjectRef,
        error: PyObjectRef,
        _traceback: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        report("", &error, vm)
    }

    /// The same in a thread.
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

    /// The lines of a submission, for `linecache`; none where the name is no submission's.
    #[pyfunction]
    fn lines(filename: PyStrRef, vm: &VirtualMachine) -> Option<PyListRef> {
        let source = kernel().source(filename.to_str()?)?;
        Some(vm.ctx.new_list(source.lines().map(|line| vm.ctx.new_str(format!("{line}\n")).into()).collect()))
    }
}
pub(super) use _tutor::{input_stream, output};
