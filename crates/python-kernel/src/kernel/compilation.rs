//! Compiles source text: that of a statement, and that which is passed to `exec`, `eval` or `compile`.
//!
//! SyntaxErrors get CPython's message and position, and the warnings of CPython's compiler are issued.

use super::nesting_error;
use super::syntax_error::{self, Diagnostic};
use super::syntax_warnings::{self, SyntaxWarning};
use rustpython_vm::{
    AsObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyCode, PyInt},
    compiler::{self, CompileError, CompileOpts, Mode},
    function::{FuncArgs, KwArgs},
};

/// Compiles source text with the default options.
pub fn compile(source: &str, mode: Mode, filename: &str, vm: &VirtualMachine) -> PyResult<PyRef<PyCode>> {
    compile_with_options(source, mode, filename, vm.compile_opts(), vm)
}

/// Compiles source text. Raises a SyntaxError as CPython does, and issues its warnings.
pub fn compile_with_options(
    source: &str,
    mode: Mode,
    filename: &str,
    options: CompileOpts,
    vm: &VirtualMachine,
) -> PyResult<PyRef<PyCode>> {
    check_syntax(source, filename, vm)?;
    // `VirtualMachine::compile` would issue warnings in the words of CPython 3.14.
    let code = compiler::compile(source, mode, filename, options);
    let code = code.map_err(|error| {
        // The parser words errors of expressions differently, if it does not expect statements.
        let as_statement = match mode {
            Mode::Eval => compiler::compile(source, Mode::Exec, filename, vm.compile_opts()).err(),
            _ => return syntax_error(&error, source, filename, vm),
        };
        match (as_statement, &error) {
            (Some(error), _) => syntax_error(&error, source, filename, vm),
            // A statement was passed to `eval`.
            (None, CompileError::Parse(parse_error)) => {
                let start = parse_error.raw_location.to_std_range().start;
                let place = Some(start..start + 1);
                let diagnostic = Diagnostic { message: "invalid syntax".to_owned(), place };
                new_syntax_error(&diagnostic, source, filename, vm)
            }
            (None, _) => syntax_error(&error, source, filename, vm),
        }
    })?;
    for warning in syntax_warnings::warnings(source) {
        issue(&warning, source, filename, vm)?;
    }
    Ok(vm.ctx.new_code(code))
}

/// Raises the errors for source text that the interpreter's parser would accept, or could not parse because it is
/// nested too deeply.
pub fn check_syntax(source: &str, filename: &str, vm: &VirtualMachine) -> PyResult<()> {
    match nesting_error(source, filename, vm).or_else(|| missed_syntax_error(source, filename, vm)) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// Returns the SyntaxError that CPython raises for source text, or `None` if the interpreter can compile it.
pub fn error_in(source: &str, mode: Mode, filename: &str, vm: &VirtualMachine) -> Option<PyBaseExceptionRef> {
    let error = compiler::compile(source, mode, filename, vm.compile_opts()).err()?;
    Some(syntax_error(&error, source, filename, vm))
}

/// Issues a warning of the compiler. If the program's filters make it an error, this is a SyntaxError.
fn issue(warning: &SyntaxWarning, source: &str, filename: &str, vm: &VirtualMachine) -> PyResult<()> {
    let class = vm.ctx.exceptions.syntax_warning;
    let line = source.get(..warning.place.start).unwrap_or_default().matches('\n').count() + 1;
    let arguments: Vec<PyObjectRef> = vec![
        vm.ctx.new_str(warning.message.as_str()).into(),
        class.to_owned().into(),
        vm.ctx.new_str(filename).into(),
        vm.ctx.new_int(line).into(),
    ];
    let function = vm.import("warnings", 0)?.get_attr("warn_explicit", vm)?;
    function.call(FuncArgs::new(arguments, KwArgs::default()), vm).map(drop).map_err(|error| {
        if !error.fast_isinstance(class) {
            return error;
        }
        let diagnostic = Diagnostic { message: warning.message.clone(), place: Some(warning.place.clone()) };
        new_syntax_error(&diagnostic, source, filename, vm)
    })
}

/// Returns the SyntaxError for a compiler error, with CPython's message and position.
fn syntax_error(error: &CompileError, source: &str, filename: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let raised = vm.new_syntax_error(error, Some(source));
    convert_position(&raised, source, vm);
    set_filename(&raised, filename, vm);
    if let Some(diagnostic) = syntax_error::cpython_diagnostic(error, source) {
        set_diagnostic(&raised, &diagnostic, source, vm);
    }
    raised
}

/// Returns the SyntaxError for a mistake that CPython reports but the interpreter's parser accepts. Returns `None` if
/// there is no such mistake.
fn missed_syntax_error(source: &str, filename: &str, vm: &VirtualMachine) -> Option<PyBaseExceptionRef> {
    let diagnostic = syntax_error::missed_by_parser(source)?;
    Some(new_syntax_error(&diagnostic, source, filename, vm))
}

/// Creates a SyntaxError that the interpreter does not raise.
fn new_syntax_error(diagnostic: &Diagnostic, source: &str, filename: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let raised = vm.new_exception_msg(vm.ctx.exceptions.syntax_error.to_owned(), diagnostic.message.as_str().into());
    set_diagnostic(&raised, diagnostic, source, vm);
    set_filename(&raised, filename, vm);
    raised
}

/// Sets the file name of a SyntaxError. All statements that the learner enters share the name "<stdin>".
fn set_filename(raised: &PyBaseExceptionRef, filename: &str, vm: &VirtualMachine) {
    let shown = if filename.starts_with("<stdin-") { "<stdin>" } else { filename };
    // Setting this attribute cannot fail, because a SyntaxError accepts any value for it.
    let _ = raised.as_object().set_attr("filename", vm.ctx.new_str(shown), vm);
}

/// Sets the message and position of a SyntaxError. This cannot fail, because the attributes accept any value.
fn set_diagnostic(raised: &PyBaseExceptionRef, diagnostic: &Diagnostic, source: &str, vm: &VirtualMachine) {
    let set = |name: &'static str, value: PyObjectRef| {
        let _ = raised.as_object().set_attr(name, value, vm);
    };
    set("msg", vm.ctx.new_str(diagnostic.message.as_str()).into());
    let Some(place) = &diagnostic.place else { return };
    for (line_name, column_name, at) in [("lineno", "offset", place.start), ("end_lineno", "end_offset", place.end)] {
        let before = source.get(..at).unwrap_or(source);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let line = before.matches('\n').count() + 1;
        // A position after the final line end still counts as being on the last line.
        let column = before[line_start..].chars().count() + at.saturating_sub(source.len()) + 1;
        set(line_name, vm.ctx.new_int(line).into());
        set(column_name, vm.ctx.new_int(column).into());
    }
    let line = source.get(..place.start).unwrap_or(source).matches('\n').count();
    set("text", vm.ctx.new_str(source.split('\n').nth(line).unwrap_or_default()).into());
}

/// Converts the columns of a SyntaxError from bytes, as the compiler counts them, to characters.
fn convert_position(error: &PyBaseExceptionRef, source: &str, vm: &VirtualMachine) {
    let number = |name: &'static str| {
        let value = error.as_object().get_attr(name, vm).ok()?;
        usize::try_from(value.downcast_ref::<PyInt>()?.as_bigint()).ok()
    };
    let set = |name: &'static str, value: PyObjectRef| {
        // Setting these attributes cannot fail, because a SyntaxError accepts any value for them.
        let _ = error.as_object().set_attr(name, value, vm);
    };
    for (line, offset) in [("lineno", "offset"), ("end_lineno", "end_offset")] {
        if let (Some(line), Some(column)) = (number(line), number(offset)) {
            let line = source.split('\n').nth(line.saturating_sub(1)).unwrap_or_default().as_bytes();
            let before = &line[..column.saturating_sub(1).min(line.len())];
            let beyond = column.saturating_sub(1) - before.len();
            let column = String::from_utf8_lossy(before).chars().count() + beyond + 1;
            set(offset, vm.ctx.new_int(column).into());
        }
    }
    let message = error.as_object().get_attr("msg", vm).and_then(|message| message.str(vm));
    if message.is_ok_and(|message| message.as_bytes() == b"unterminated string")
        && let Some(offset) = number("offset")
    {
        // CPython underlines only the quote that was never closed, so the range ends after one character.
        set("end_offset", vm.ctx.new_int(offset + 1).into());
    }
}
