//! The expression in the learner's source text that raised an exception.

use super::super::traceback::{self, Entry};
use super::super::{kernel, positions};
use ruff_text_size::{Ranged, TextRange, TextSize};
use rustpython_compiler::ast::visitor::{self, Visitor};
use rustpython_compiler::ast::{Expr, Number, Operator, Stmt};
use rustpython_compiler::parser;
use rustpython_vm::{
    AsObject, Py, PyObjectRef, VirtualMachine,
    builtins::{PyBaseException, PyStr, PyTuple},
};

/// What failed at the innermost entry of a traceback: a bytecode instruction, and the expression that it belongs to.
pub(super) struct FailingExpression {
    /// Name of the bytecode instruction.
    instruction: String,
    expression: Option<Expr>,
    /// The operator, if the instruction belongs to an augmented assignment such as `x += 1`.
    augmented: Option<Operator>,
    /// The local variables of the frame in which the exception was raised.
    locals: PyObjectRef,
    globals: PyObjectRef,
}

impl FailingExpression {
    /// Finds the expression that raised an exception. Returns `None` if the innermost frame does not run the learner's
    /// code.
    pub(super) fn from_traceback(error: &Py<PyBaseException>, vm: &VirtualMachine) -> Option<FailingExpression> {
        let innermost = error.__traceback__()?.iter().last()?;
        let frame = &innermost.frame;
        let (entry, instruction) = traceback::entry(&innermost, vm)?;
        let source = kernel().source(&entry.filename)?;
        let range = range(&source, &entry)?;
        let text = &source[range];
        let expression = match begins_with_attribute(&source, range) {
            true => chained_expression(&source, range),
            false => parser::parse_expression(text).ok().map(|parsed| parsed.into_expr()),
        };
        let augmented =
            parser::parse_module(text).ok().and_then(|parsed| match parsed.into_suite().into_iter().next()? {
                Stmt::AugAssign(statement) => Some(statement.op),
                _ => None,
            });
        let locals = frame.as_object().get_attr("f_locals", vm).ok()?;
        Some(FailingExpression {
            instruction,
            expression,
            augmented,
            locals,
            globals: frame.globals.as_object().to_owned(),
        })
    }

    /// Returns whether the name of the instruction starts with `name`.
    pub(super) fn is_instruction(&self, name: &str) -> bool {
        self.instruction.starts_with(name)
    }

    /// Returns whether a slice is assigned to, as in `a[1:2] = b`.
    pub(super) fn stores_slice(&self) -> bool {
        let is_slice = matches!(&self.expression, Some(Expr::Subscript(target)) if target.slice.is_slice_expr());
        is_slice && self.instruction.starts_with("Store")
    }

    /// Returns the operator of a binary operation or an augmented assignment. Returns `None` for any other expression.
    pub(super) fn operator(&self) -> Option<Operator> {
        match &self.expression {
            Some(Expr::BinOp(operation)) => Some(operation.op),
            _ => self.augmented,
        }
    }

    /// Returns the called function's name, without the object or module before it. Returns `None` if no function is
    /// called by name.
    pub(super) fn called_name(&self) -> Option<&str> {
        let Some(Expr::Call(call)) = &self.expression else { return None };
        match &*call.func {
            Expr::Name(name) => Some(name.id.as_str()),
            Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
            _ => None,
        }
    }

    /// Returns the called function's name if it is written as an attribute, as in `x.f()`.
    pub(super) fn called_method(&self) -> Option<&str> {
        let Some(Expr::Call(call)) = &self.expression else { return None };
        let Expr::Attribute(attribute) = &*call.func else { return None };
        Some(attribute.attr.as_str())
    }

    /// Returns whether the called function is written as an attribute of `module`, as in `math.sqrt(x)`.
    pub(super) fn calls_module(&self, module: &str) -> bool {
        let Some(Expr::Call(call)) = &self.expression else { return false };
        let Expr::Attribute(attribute) = &*call.func else { return false };
        matches!(&*attribute.value, Expr::Name(name) if name.id.as_str() == module)
    }

    /// Returns the first of the keyword arguments `names` that is passed a value other than a string literal, if any.
    pub(super) fn first_non_string_keyword(&self, names: &[&'static str]) -> Option<&'static str> {
        let Some(Expr::Call(call)) = &self.expression else { return None };
        let is_passed = |name: &str| {
            call.arguments.keywords.iter().any(|keyword| {
                keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == name)
                    && literal_type(&keyword.value) != Some("str")
            })
        };
        names.iter().copied().find(|name| is_passed(name))
    }

    /// Returns the type of the positional argument at an index, if the argument is a literal, a name or an attribute.
    pub(super) fn type_of_argument(&self, at: usize, vm: &VirtualMachine) -> Option<String> {
        let Some(Expr::Call(call)) = &self.expression else { return None };
        let argument = call.arguments.args.get(at)?;
        match literal_type(argument) {
            Some(type_) => Some(type_.to_owned()),
            None => Some(self.value(argument, vm)?.class().name().to_string()),
        }
    }

    /// Returns the arguments of a call that are text, as far as they are literals or names.
    pub(super) fn text_arguments(&self, vm: &VirtualMachine) -> Vec<String> {
        let Some(Expr::Call(call)) = &self.expression else { return Vec::new() };
        let values = call.arguments.args.iter().chain(call.arguments.keywords.iter().map(|keyword| &keyword.value));
        let text = |value: &Expr| match value {
            Expr::StringLiteral(literal) => Some(literal.value.to_str().to_owned()),
            other => Some(self.value(other, vm)?.downcast_ref::<PyStr>()?.to_str()?.to_owned()),
        };
        values.filter_map(text).collect()
    }

    /// Returns the index and the type of the first argument's first item that is not of the given type, if any. The
    /// argument must be a list, tuple or string literal.
    pub(super) fn first_item_that_is_not(&self, type_: &str) -> Option<(usize, &'static str)> {
        let Some(Expr::Call(call)) = &self.expression else { return None };
        let items = match call.arguments.args.first()? {
            Expr::List(list) => &list.elts,
            Expr::Tuple(tuple) => &tuple.elts,
            Expr::StringLiteral(_) => return Some((0, "str")),
            _ => return None,
        };
        let at = items.iter().position(|item| literal_type(item) != Some(type_))?;
        Some((at, literal_type(&items[at])?))
    }

    /// Returns the type of the object on which a method is called, or `None` if a function of a module is called.
    pub(super) fn receiver_type(&self, vm: &VirtualMachine) -> Option<String> {
        let Some(Expr::Call(call)) = &self.expression else { return None };
        let Expr::Attribute(attribute) = &*call.func else { return None };
        if let Some(type_) = literal_type(&attribute.value) {
            return Some(type_.to_owned());
        }
        let receiver = self.value(&attribute.value, vm)?;
        let is_module = receiver.class().is(vm.ctx.types.module_type);
        if is_module { None } else { Some(receiver.class().name().to_string()) }
    }

    /// Returns the index of the first replacement field without an argument, in a call such as `'{} {}'.format(1)`.
    /// Returns `None` for any other expression.
    pub(super) fn missing_replacement(&self) -> Option<usize> {
        let Some(Expr::Call(call)) = &self.expression else { return None };
        let Expr::Attribute(attribute) = &*call.func else { return None };
        let Expr::StringLiteral(format) = &*attribute.value else { return None };
        let given = call.arguments.args.len();
        let numbers = format.value.to_str().split('{').skip(1);
        let mut numbers = numbers.filter_map(|field| field.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok());
        Some(numbers.find(|&number: &usize| number >= given).unwrap_or(given))
    }

    /// Returns whether the class of the expression's value has an attribute with the given name, or `None` if the class
    /// is unknown. A call is assumed to return an instance of the called class.
    pub(super) fn class_has(&self, name: &'static str, vm: &VirtualMachine) -> Option<bool> {
        let class: PyObjectRef = match self.expression.as_ref()? {
            Expr::Call(call) => self.value(&call.func, vm)?,
            other if literal_type(other).is_some() => return Some(false),
            other => self.value(other, vm)?.class().to_owned().into(),
        };
        Some(class.get_attr(name, vm).is_ok())
    }

    /// Returns the called function's parameter names, without positional-only parameters. `function` is its name in the
    /// interpreter's message. Returns `None` if they are unknown, as for a function that is not written in Python.
    pub(super) fn parameters(&self, function: &str, vm: &VirtualMachine) -> Option<Vec<String>> {
        let Some(Expr::Call(call)) = &self.expression else { return None };
        let by_name = || Some(parser::parse_expression(function.strip_suffix("()")?).ok()?.into_expr());
        let mut called = self.value(&call.func, vm).or_else(|| self.value(&by_name()?, vm))?;
        if called.class().is(vm.ctx.types.type_type) {
            called = called.get_attr("__init__", vm).ok()?;
        }
        let code = called.get_attr("__code__", vm).ok()?;
        let names = code.get_attr("co_varnames", vm).ok()?;
        let count = |name: &'static str| -> Option<usize> { code.get_attr(name, vm).ok()?.try_into_value(vm).ok() };
        let parameters = count("co_argcount")? + count("co_kwonlyargcount")?;
        let names = names.downcast_ref::<PyTuple>()?.iter().take(parameters).skip(count("co_posonlyargcount")?);
        names.map(|name| Some(name.downcast_ref::<PyStr>()?.to_str()?.to_owned())).collect()
    }

    /// Returns the value of an expression that is a name or an attribute, or `None` for any other expression.
    fn value(&self, expression: &Expr, vm: &VirtualMachine) -> Option<PyObjectRef> {
        match expression {
            Expr::Name(name) => {
                let name = name.id.as_str();
                let found = self.locals.get_item(name, vm).or_else(|_| self.globals.get_item(name, vm));
                found.or_else(|_| vm.builtins.get_attr(vm.ctx.intern_str(name), vm)).ok()
            }
            Expr::Attribute(attribute) => {
                let owner = self.value(&attribute.value, vm)?;
                owner.get_attr(vm.ctx.intern_str(attribute.attr.as_str()), vm).ok()
            }
            _ => None,
        }
    }
}

/// Returns the name of a literal's type, or `None` if the expression is not a literal.
fn literal_type(expression: &Expr) -> Option<&'static str> {
    Some(match expression {
        Expr::StringLiteral(_) | Expr::FString(_) => "str",
        Expr::BytesLiteral(_) => "bytes",
        Expr::NumberLiteral(number) => match number.value {
            Number::Int(_) => "int",
            Number::Float(_) => "float",
            Number::Complex { .. } => "complex",
        },
        Expr::BooleanLiteral(_) => "bool",
        Expr::NoneLiteral(_) => "NoneType",
        Expr::List(_) | Expr::ListComp(_) => "list",
        Expr::Tuple(_) => "tuple",
        Expr::Dict(_) | Expr::DictComp(_) => "dict",
        Expr::Set(_) | Expr::SetComp(_) => "set",
        _ => return None,
    })
}

/// Returns the byte range of the source text that a traceback entry refers to, or `None` if it is not within `source`.
fn range(source: &str, entry: &Entry) -> Option<TextRange> {
    let offset = |line: usize, column: usize| -> Option<TextSize> {
        let line_start: usize = source.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
        TextSize::try_from(line_start + column).ok()
    };
    let (start, end) = (offset(entry.line, entry.column)?, offset(entry.end_line, entry.end_column)?);
    let is_within = start <= end && source.get(start.to_usize()..end.to_usize()).is_some();
    is_within.then(|| TextRange::new(start, end))
}

/// Returns whether `range` begins with the name of an attribute: the last part of a chain that extends over several
/// lines.
fn begins_with_attribute(source: &str, range: TextRange) -> bool {
    let before = source[..range.start().to_usize()].trim_end_matches(|c: char| c.is_whitespace() || c == '\\');
    before.ends_with('.') && !before.ends_with("..")
}

/// Returns the attribute access or method call whose last part is in `range`, with the object before it.
fn chained_expression(source: &str, range: TextRange) -> Option<Expr> {
    struct Finder<'a> {
        source: &'a str,
        range: TextRange,
        found: Option<Expr>,
    }
    impl<'a> Visitor<'a> for Finder<'_> {
        fn visit_expr(&mut self, expression: &'a Expr) {
            let attribute = match expression {
                Expr::Call(call) => call.func.as_attribute_expr(),
                other => other.as_attribute_expr(),
            };
            let is_wanted =
                |attribute| positions::start_at_attribute(self.source, expression.range(), attribute) == self.range;
            if attribute.is_some_and(is_wanted) {
                self.found = Some(expression.clone());
            }
            visitor::walk_expr(self, expression);
        }
    }
    let parsed = parser::parse_module(source).ok()?;
    let mut finder = Finder { source, range, found: None };
    finder.visit_body(parsed.suite());
    finder.found
}
