//! What the learner's program was doing when something went wrong: the instruction, and the expression it stands in.

use super::super::kernel;
use super::super::traceback::{self, Entry};
use rustpython_compiler::ast::{Expr, Number, Operator, Stmt};
use rustpython_compiler::parser;
use rustpython_vm::{
    AsObject, Py, PyObjectRef, VirtualMachine,
    builtins::{PyBaseException, PyStr, PyTuple},
};

/// The innermost place of a traceback, if it is in the learner's source.
pub(super) struct Site {
    instruction: String,
    expression: Option<Expr>,
    /// The operator of `x += 1`.
    augmented: Option<Operator>,
    scope: PyObjectRef,
    globals: PyObjectRef,
}

impl Site {
    pub(super) fn of(error: &Py<PyBaseException>, vm: &VirtualMachine) -> Option<Site> {
        let innermost = error.__traceback__()?.iter().last()?;
        let frame = &innermost.frame;
        let (entry, instruction) = traceback::entry(&innermost, vm)?;
        let source = kernel().source(&entry.filename)?;
        let text = segment(&source, &entry)?;
        let expression = parser::parse_expression(text).ok().map(|parsed| parsed.into_expr());
        let augmented =
            parser::parse_module(text).ok().and_then(|parsed| match parsed.into_suite().into_iter().next()? {
                Stmt::AugAssign(statement) => Some(statement.op),
                _ => None,
            });
        let scope = frame.as_object().get_attr("f_locals", vm).ok()?;
        Some(Site { instruction, expression, augmented, scope, globals: frame.globals.as_object().to_owned() })
    }

    /// Whether the instruction has this name.
    pub(super) fn does(&self, instruction: &str) -> bool {
        self.instruction.starts_with(instruction)
    }

    pub(super) fn operator(&self) -> Option<Operator> {
        match &self.expression {
            Some(Expr::BinOp(operation)) => Some(operation.op),
            _ => self.augmented,
        }
    }

    /// The last name of what is called.
    pub(super) fn called(&self) -> Option<&str> {
        let Some(Expr::Call(call)) = &self.expression else { return None };
        match &*call.func {
            Expr::Name(name) => Some(name.id.as_str()),
            Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
            _ => None,
        }
    }

    /// The same, if it is an attribute's.
    pub(super) fn method(&self) -> Option<&str> {
        let Some(Expr::Call(call)) = &self.expression else { return None };
        let Expr::Attribute(attribute) = &*call.func else { return None };
        Some(attribute.attr.as_str())
    }

    /// Whether a function of a module is called by the module's name.
    pub(super) fn is_of_module(&self, module: &str) -> bool {
        let Some(Expr::Call(call)) = &self.expression else { return false };
        let Expr::Attribute(attribute) = &*call.func else { return false };
        matches!(&*attribute.value, Expr::Name(name) if name.id.as_str() == module)
    }

    /// The first of some keyword arguments that is given.
    pub(super) fn keyword_of(&self, names: &[&'static str]) -> Option<&'static str> {
        let Some(Expr::Call(call)) = &self.expression else { return None };
        let is_given = |name: &str| {
            call.arguments.keywords.iter().any(|keyword| {
                keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == name) && literal(&keyword.value) != Some("str")
            })
        };
        names.iter().copied().find(|name| is_given(name))
    }

    /// The type of a positional argument that is a literal or a name.
    pub(super) fn type_of_argument(&self, at: usize, vm: &VirtualMachine) -> Option<String> {
        let Some(Expr::Call(call)) = &self.expression else { return None };
        let argument = call.arguments.args.get(at)?;
        match literal(argument) {
            Some(type_) => Some(type_.to_owned()),
            None => Some(self.value(argument, vm)?.class().name().to_string()),
        }
    }

    /// The first item in the argument, a display, that is not of this type: its place, and its type.
    pub(super) fn first_item_that_is_not(&self, type_: &str) -> Option<(usize, &'static str)> {
        let Some(Expr::Call(call)) = &self.expression else { return None };
        let items = match call.arguments.args.first()? {
            Expr::List(list) => &list.elts,
            Expr::Tuple(tuple) => &tuple.elts,
            Expr::StringLiteral(_) => return Some((0, "str")),
            _ => return None,
        };
        let at = items.iter().position(|item| literal(item) != Some(type_))?;
        Some((at, literal(&items[at])?))
    }

    /// The type of what a method is called on; none if it is a module's function.
    pub(super) fn type_called_on(&self, vm: &VirtualMachine) -> Option<String> {
        let Some(Expr::Call(call)) = &self.expression else { return None };
        let Expr::Attribute(attribute) = &*call.func else { return None };
        if let Some(type_) = literal(&attribute.value) {
            return Some(type_.to_owned());
        }
        let of = self.value(&attribute.value, vm)?;
        let is_module = of.class().is(vm.ctx.types.module_type);
        if is_module { None } else { Some(of.class().name().to_string()) }
    }

    /// The number of the first replacement field of a format for which there is no argument.
    pub(super) fn missing_replacement(&self) -> Option<usize> {
        let Some(Expr::Call(call)) = &self.expression else { return None };
        let Expr::Attribute(attribute) = &*call.func else { return None };
        let Expr::StringLiteral(format) = &*attribute.value else { return None };
        let given = call.arguments.args.len();
        let numbers = format.value.to_str().split('{').skip(1);
        let mut numbers = numbers.filter_map(|field| field.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok());
        Some(numbers.find(|&number: &usize| number >= given).unwrap_or(given))
    }

    /// Whether the class of the value has an attribute.
    pub(super) fn class_has(&self, name: &'static str, vm: &VirtualMachine) -> Option<bool> {
        let class: PyObjectRef = match self.expression.as_ref()? {
            Expr::Call(call) => self.value(&call.func, vm)?,
            other => self.value(other, vm)?.class().to_owned().into(),
        };
        Some(class.get_attr(name, vm).is_ok())
    }

    /// The names of the parameters of what is called, which calls itself `function`.
    pub(super) fn parameters(&self, function: &str, vm: &VirtualMachine) -> Option<Vec<String>> {
        let Some(Expr::Call(call)) = &self.expression else { return None };
        let named = || Some(parser::parse_expression(function.strip_suffix("()")?).ok()?.into_expr());
        let mut called = self.value(&call.func, vm).or_else(|| self.value(&named()?, vm))?;
        if called.class().is(vm.ctx.types.type_type) {
            called = called.get_attr("__init__", vm).ok()?;
        }
        let code = called.get_attr("__code__", vm).ok()?;
        let names = code.get_attr("co_varnames", vm).ok()?;
        let count = |name: &'static str| -> Option<usize> { code.get_attr(name, vm).ok()?.try_into_value(vm).ok() };
        let many = count("co_argcount")? + count("co_kwonlyargcount")?;
        let names = names.downcast_ref::<PyTuple>()?.iter().take(many).skip(count("co_posonlyargcount")?);
        names.map(|name| Some(name.downcast_ref::<PyStr>()?.to_str()?.to_owned())).collect()
    }

    /// What a name, or an attribute of one, stands for.
    fn value(&self, expression: &Expr, vm: &VirtualMachine) -> Option<PyObjectRef> {
        match expression {
            Expr::Name(name) => {
                let name = name.id.as_str();
                let found = self.scope.get_item(name, vm).or_else(|_| self.globals.get_item(name, vm));
                found.or_else(|_| vm.builtins.get_attr(vm.ctx.intern_str(name), vm)).ok()
            }
            Expr::Attribute(attribute) => {
                let of = self.value(&attribute.value, vm)?;
                of.get_attr(vm.ctx.intern_str(attribute.attr.as_str()), vm).ok()
            }
            _ => None,
        }
    }
}

/// The type of a literal.
fn literal(expression: &Expr) -> Option<&'static str> {
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

/// The part of the source that a place names.
fn segment<'a>(source: &'a str, entry: &Entry) -> Option<&'a str> {
    let start_of = |line: usize| -> Option<usize> {
        Some(source.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum())
    };
    source.get(start_of(entry.line)? + entry.column..start_of(entry.end_line)? + entry.end_column)
}
