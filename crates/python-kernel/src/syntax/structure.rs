//! The structure of a statement, for tools that rewrite Python code: its form, the methods that it calls, its literals
//! and its names, each with its byte range in the source text.
//!
//! To rewrite a statement, replace some of these ranges. Everything else stays as it was written:
//!
//! ```
//! use python_kernel::syntax::structure::{self, Form};
//!
//! let statement = structure::of_statement("n = r.get('visits')").expect("it is one statement");
//! assert_eq!(statement.form, Form::Assignment { target: "n".to_owned(), value: 4..19 });
//! let key = statement.calls[0].arguments[0].range.clone();
//! assert_eq!(structure::replaced("n = r.get('visits')", [(key, "'views'")]), "n = r.get('views')");
//! ```

use super::{bytes, excessive_nesting, parse, suite, with_enough_stack};
use rustpython_compiler::ast::visitor::{self, Visitor};
use rustpython_compiler::ast::{
    ArgOrKeyword, Comprehension, Expr, ExprCall, ExprContext, Number, Parameter, Stmt, UnaryOp,
};
use std::ops::Range;

/// The structure of a single statement.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The form of the statement.
    pub form: Form,
    /// The method calls. A call comes before the calls in its receiver and its arguments.
    pub calls: Vec<Call>,
    /// The string and number literals, in order. The literal parts of an f-string are not included.
    pub literals: Vec<Literal>,
    /// All occurrences of variables, in order.
    pub names: Vec<Name>,
    /// Names that the statement binds to functions, classes, parameters and imported modules.
    pub declared: Vec<String>,
}

/// The form of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// An expression statement, whose value the prompt echoes.
    Expression(Expression),
    /// An assignment to a single variable.
    Assignment {
        /// The variable's name.
        target: String,
        /// The byte range of the value, including parentheses around it.
        value: Range<usize>,
    },
    /// A function or class definition.
    Definition {
        /// The name of the function or class.
        name: String,
    },
    /// An `import`.
    Import,
    /// A compound statement other than a definition.
    Block,
    /// Any other statement.
    Other,
}

/// An expression statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    /// The byte range of the whole expression, including parentheses around it.
    pub range: Range<usize>,
    /// How tightly the operators of the expression bind.
    pub binding: Binding,
    /// The byte range of the argument, if the expression is a call to `print` with a single plain argument.
    pub printed: Option<Range<usize>>,
}

/// How tightly an expression's operators bind, which determines where it needs parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// A single variable name.
    Name,
    /// A call, an attribute, a literal or another expression that a dot can follow without parentheses.
    Primary,
    /// A tuple without parentheses, a `yield` or an assignment expression. It needs parentheses inside another
    /// expression.
    Open,
    /// Any other expression, such as one with operators, a comparison or a `lambda`.
    Operators,
}

/// A method call: `receiver.method(arguments)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The byte range of the whole call.
    pub range: Range<usize>,
    /// The byte range of the receiver, without the dot.
    pub receiver: Range<usize>,
    /// The receiver's name, if it is a variable.
    pub receiver_name: Option<String>,
    /// The name of the method.
    pub method: String,
    /// The byte range of the method's name.
    pub method_range: Range<usize>,
    /// The arguments, in order.
    pub arguments: Vec<Argument>,
    /// Whether the call runs at most once when the statement runs, because it is not inside a loop, a comprehension, a
    /// function or a `lambda`.
    pub runs_once: bool,
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// The byte range of the whole argument, including its keyword and parentheses around it.
    pub range: Range<usize>,
    /// The keyword. `None` for a positional argument.
    pub keyword: Option<String>,
    /// Whether the argument begins with `*` or `**`, so that it stands for any number of arguments.
    pub is_starred: bool,
}

/// A string, bytes or number literal.
#[derive(Debug, Clone, PartialEq)]
pub struct Literal {
    /// The byte range of the literal, including the minus sign of a negative number.
    pub range: Range<usize>,
    /// The value of the literal.
    pub value: LiteralValue,
}

/// The value of a literal.
#[derive(Debug, Clone, PartialEq)]
pub enum LiteralValue {
    /// A string.
    Text(String),
    /// A bytes object.
    Bytes(Vec<u8>),
    /// An integer that fits into 64 bits.
    Integer(i64),
    /// A float.
    Float(f64),
}

/// An occurrence of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The variable's name.
    pub name: String,
    /// The byte range of the occurrence.
    pub range: Range<usize>,
    /// Whether this occurrence binds a value to the variable.
    pub is_assigned: bool,
}

/// Returns the structure of a statement. Returns `None` if `source` does not consist of exactly one statement, or has a
/// syntax error.
#[must_use]
pub fn of_statement(source: &str) -> Option<Statement> {
    if excessive_nesting(source).is_some() {
        return None;
    }
    with_enough_stack(source, || {
        let parsed = parse(source);
        let [statement] = suite(&parsed) else { return None };
        if !parsed.errors().is_empty() {
            return None;
        }
        let mut parts = Parts { source, ..Parts::default() };
        parts.visit_stmt(statement);
        let form = form_of(statement, source);
        let Parts { calls, literals, names, declared, .. } = parts;
        Some(Statement { form, calls, literals, names, declared })
    })
}

/// Returns source text in which byte ranges have been replaced. The ranges must not overlap.
#[must_use]
pub fn replaced<T: AsRef<str>>(source: &str, edits: impl IntoIterator<Item = (Range<usize>, T)>) -> String {
    let mut edits: Vec<_> = edits.into_iter().collect();
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut result = String::with_capacity(source.len());
    let mut at = 0;
    for (range, text) in edits {
        result.push_str(&source[at..range.start]);
        result.push_str(text.as_ref());
        at = range.end;
    }
    result.push_str(&source[at..]);
    result
}

/// Renames `variable` to `other` in the source text of a single statement, and returns the new source text. Returns
/// `None` if `source` is not a single statement, or if the statement binds the variable.
#[must_use]
pub fn renamed(source: &str, variable: &str, other: &str) -> Option<String> {
    let statement = of_statement(source)?;
    let uses: Vec<&Name> = statement.names.iter().filter(|name| name.name == variable).collect();
    let is_bound = uses.iter().any(|name| name.is_assigned) || statement.declared.iter().any(|name| name == variable);
    (!is_bound).then(|| replaced(source, uses.iter().map(|name| (name.range.clone(), other))))
}

fn form_of(statement: &Stmt, source: &str) -> Form {
    match statement {
        Stmt::Expr(expression) => Form::Expression(Expression {
            range: bytes(statement),
            binding: binding_of(&expression.value, &source[bytes(statement)]),
            printed: printed(&expression.value, source),
        }),
        Stmt::Assign(assignment) => match assignment.targets.as_slice() {
            [Expr::Name(target)] => {
                let after = bytes(target).end;
                let sign = source[after..].find('=').map_or(after, |at| after + at + 1);
                let blank = source[sign..].len() - source[sign..].trim_start().len();
                Form::Assignment { target: target.id.to_string(), value: sign + blank..bytes(statement).end }
            }
            _ => Form::Other,
        },
        Stmt::FunctionDef(function) => Form::Definition { name: function.name.to_string() },
        Stmt::ClassDef(class) => Form::Definition { name: class.name.to_string() },
        Stmt::Import(_) | Stmt::ImportFrom(_) => Form::Import,
        Stmt::For(_) | Stmt::While(_) | Stmt::If(_) | Stmt::With(_) | Stmt::Match(_) | Stmt::Try(_) => Form::Block,
        _ => Form::Other,
    }
}

/// Returns the binding of an expression. `text` is its source text, including parentheses around it.
fn binding_of(expression: &Expr, text: &str) -> Binding {
    match expression {
        Expr::Name(_) => Binding::Name,
        // For a tuple, the parser's range includes the parentheses.
        Expr::Tuple(tuple) if tuple.parenthesized => Binding::Primary,
        _ if text.len() > bytes(expression).len() => Binding::Primary,
        Expr::Tuple(_) | Expr::Yield(_) | Expr::YieldFrom(_) | Expr::Named(_) | Expr::Starred(_) => Binding::Open,
        // A dot after an integer would be part of the number, so `1.real` is a syntax error.
        Expr::NumberLiteral(_) => Binding::Operators,
        Expr::Call(_)
        | Expr::Attribute(_)
        | Expr::Subscript(_)
        | Expr::StringLiteral(_)
        | Expr::BytesLiteral(_)
        | Expr::FString(_)
        | Expr::BooleanLiteral(_)
        | Expr::NoneLiteral(_)
        | Expr::List(_)
        | Expr::Dict(_)
        | Expr::Set(_)
        | Expr::ListComp(_)
        | Expr::DictComp(_)
        | Expr::SetComp(_)
        | Expr::Generator(_) => Binding::Primary,
        _ => Binding::Operators,
    }
}

/// Returns the byte range of the argument in `print(argument)`, or `None` for any other expression.
fn printed(expression: &Expr, source: &str) -> Option<Range<usize>> {
    let Expr::Call(call) = expression else { return None };
    let Expr::Name(function) = &*call.func else { return None };
    match arguments_of(call, source).as_slice() {
        [Argument { range, keyword: None, is_starred: false }] if function.id == "print" => Some(range.clone()),
        _ => None,
    }
}

/// Returns the arguments of a call. The parser's ranges exclude parentheses, so each argument's range is extended to
/// the commas before and after it.
fn arguments_of(call: &ExprCall, source: &str) -> Vec<Argument> {
    let inside = bytes(&call.arguments).start + 1..bytes(&call.arguments).end - 1;
    let found: Vec<(Range<usize>, Option<String>, bool)> = call
        .arguments
        .arguments_source_order()
        .map(|argument| match argument {
            ArgOrKeyword::Arg(value) => (bytes(value), None, value.is_starred_expr()),
            ArgOrKeyword::Keyword(keyword) => {
                let name = keyword.arg.as_ref().map(|name| name.to_string());
                (bytes(keyword), name, keyword.arg.is_none())
            }
        })
        .collect();
    let comma_after = |at: usize, limit: usize| source[at..limit].find(',').map_or(limit, |comma| at + comma);
    let mut start = inside.start;
    let mut arguments = Vec::new();
    for (index, (range, keyword, is_starred)) in found.iter().enumerate() {
        let limit = found.get(index + 1).map_or(inside.end, |(next, ..)| next.start);
        let end = comma_after(range.end, limit);
        let text = &source[start..end];
        let trimmed = start + (text.len() - text.trim_start().len())..end - (text.len() - text.trim_end().len());
        arguments.push(Argument { range: trimmed, keyword: keyword.clone(), is_starred: *is_starred });
        start = (end + 1).min(inside.end);
    }
    arguments
}

/// A visitor that collects the parts of a statement.
#[derive(Default)]
struct Parts<'s> {
    source: &'s str,
    calls: Vec<Call>,
    literals: Vec<Literal>,
    names: Vec<Name>,
    declared: Vec<String>,
    /// Number of loops, comprehensions, functions and lambdas around the node that is being visited.
    repeated: usize,
}

impl Parts<'_> {
    fn add_call(&mut self, call: &ExprCall) {
        let Expr::Attribute(function) = &*call.func else { return };
        let receiver_name = match &*function.value {
            Expr::Name(name) => Some(name.id.to_string()),
            _ => None,
        };
        let method_range = bytes(&function.attr);
        // The parser's range of the receiver excludes parentheses around it.
        let dot = self.source[..method_range.start].rfind('.').unwrap_or(method_range.start);
        self.calls.push(Call {
            range: bytes(call),
            receiver: bytes(call).start..self.source[..dot].trim_end().len(),
            receiver_name,
            method: function.attr.to_string(),
            method_range,
            arguments: arguments_of(call, self.source),
            runs_once: self.repeated == 0,
        });
    }

    fn add_literal(&mut self, range: Range<usize>, expression: &Expr, is_negative: bool) {
        let value = match expression {
            Expr::StringLiteral(text) => LiteralValue::Text(text.value.to_str().to_owned()),
            Expr::BytesLiteral(text) => LiteralValue::Bytes(text.value.bytes().collect()),
            Expr::NumberLiteral(number) => match &number.value {
                Number::Int(n) => match n.as_i64() {
                    Some(n) => LiteralValue::Integer(if is_negative { -n } else { n }),
                    None => return,
                },
                Number::Float(v) => LiteralValue::Float(if is_negative { -v } else { *v }),
                Number::Complex { .. } => return,
            },
            _ => return,
        };
        self.literals.push(Literal { range, value });
    }

    /// Visits nodes that may run several times when the statement runs once.
    fn repeatedly(&mut self, visit: impl FnOnce(&mut Self)) {
        self.repeated += 1;
        visit(self);
        self.repeated -= 1;
    }
}

impl<'a> Visitor<'a> for Parts<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.declared.push(function.name.to_string()),
            Stmt::ClassDef(class) => self.declared.push(class.name.to_string()),
            Stmt::Import(import) => {
                let names = import.names.iter().map(|alias| alias.asname.as_ref().unwrap_or(&alias.name).to_string());
                self.declared.extend(names);
            }
            Stmt::ImportFrom(import) => {
                let names = import.names.iter().map(|alias| alias.asname.as_ref().unwrap_or(&alias.name).to_string());
                self.declared.extend(names);
            }
            _ => {}
        }
        match statement {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) | Stmt::For(_) | Stmt::While(_) => {
                self.repeatedly(|parts| visitor::walk_stmt(parts, statement));
            }
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) => self.names.push(Name {
                name: name.id.to_string(),
                range: bytes(expression),
                is_assigned: name.ctx != ExprContext::Load,
            }),
            Expr::Call(call) => self.add_call(call),
            Expr::StringLiteral(_) | Expr::BytesLiteral(_) | Expr::NumberLiteral(_) => {
                self.add_literal(bytes(expression), expression, false);
            }
            Expr::UnaryOp(negation)
                if negation.op == UnaryOp::USub && matches!(&*negation.operand, Expr::NumberLiteral(_)) =>
            {
                return self.add_literal(bytes(expression), &negation.operand, true);
            }
            _ => {}
        }
        match expression {
            Expr::Lambda(_) | Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => {
                self.repeatedly(|parts| visitor::walk_expr(parts, expression));
            }
            _ => visitor::walk_expr(self, expression),
        }
    }

    fn visit_comprehension(&mut self, comprehension: &'a Comprehension) {
        visitor::walk_comprehension(self, comprehension);
    }

    fn visit_parameter(&mut self, parameter: &'a Parameter) {
        self.declared.push(parameter.name.to_string());
        visitor::walk_parameter(self, parameter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(source: &str) -> Statement {
        of_statement(source).unwrap_or_else(|| panic!("{source} is one statement"))
    }

    #[test]
    fn forms_of_statements_are_distinguished() {
        let expression = |range, binding, printed| Form::Expression(Expression { range, binding, printed });
        for (source, form) in [
            ("r.get('a')", expression(0..10, Binding::Primary, None)),
            ("n", expression(0..1, Binding::Name, None)),
            ("int(n) + 1", expression(0..10, Binding::Operators, None)),
            ("1", expression(0..1, Binding::Operators, None)),
            ("(n + 1)", expression(0..7, Binding::Primary, None)),
            ("a, b", expression(0..4, Binding::Open, None)),
            ("(a, b)", expression(0..6, Binding::Primary, None)),
            ("print(r.get('a'))", expression(0..17, Binding::Primary, Some(6..16))),
            ("print( (a) , )", expression(0..14, Binding::Primary, Some(7..10))),
            ("print(a, b)", expression(0..11, Binding::Primary, None)),
            ("print(*a)", expression(0..9, Binding::Primary, None)),
            ("print(a, end='')", expression(0..16, Binding::Primary, None)),
            ("n = r.get('a')", Form::Assignment { target: "n".into(), value: 4..14 }),
            ("n = (a)", Form::Assignment { target: "n".into(), value: 4..7 }),
            ("a = b = 1", Form::Other),
            ("a, b = c", Form::Other),
            ("def f(): pass", Form::Definition { name: "f".into() }),
            ("import json", Form::Import),
            ("for a in b: pass", Form::Block),
            ("del a", Form::Other),
        ] {
            assert_eq!(statement(source).form, form, "{source}");
        }
        for source in ["", "a; b", "a\nb", "a = = 1"] {
            assert_eq!(of_statement(source), None, "{source:?}");
        }
    }

    #[test]
    fn calls_have_their_receivers_methods_and_arguments() {
        let source = "r.set('a b', (1, 2), ex=(n), *more)";
        let set = &statement(source).calls[0];
        let texts: Vec<&str> = set.arguments.iter().map(|argument| &source[argument.range.clone()]).collect();
        assert_eq!(texts, ["'a b'", "(1, 2)", "ex=(n)", "*more"]);
        assert_eq!((set.receiver_name.as_deref(), set.method.as_str()), (Some("r"), "set"));
        assert_eq!(set.arguments[2].keyword.as_deref(), Some("ex"));
        assert!(set.arguments[3].is_starred && set.runs_once);
        let source = "(r).pipeline( ).incr('a').execute()";
        let calls = statement(source).calls;
        let shown: Vec<(&str, &str)> =
            calls.iter().map(|call| (&source[call.receiver.clone()], call.method.as_str())).collect();
        assert_eq!(shown, [("(r).pipeline( ).incr('a')", "execute"), ("(r).pipeline( )", "incr"), ("(r)", "pipeline")]);
        assert!(calls[2].arguments.is_empty());
    }

    #[test]
    fn calls_that_may_run_often_are_recognised() {
        for (source, runs_once) in [
            ("n = int(r.get('a'))", true),
            ("if r.get('a'): pass", true),
            ("[r.get(key) for key in keys]", false),
            ("for key in keys: r.get(key)", false),
            ("while r.get('a'): pass", false),
            ("def f(): return r.get('a')", false),
            ("lambda: r.get('a')", false),
        ] {
            assert_eq!(statement(source).calls[0].runs_once, runs_once, "{source}");
        }
    }

    #[test]
    fn literals_have_their_values() {
        let source = "f('a' 'b', b'c', -1, 2.5, 0x10, f'd{1}', 9 ** 99)";
        let values: Vec<LiteralValue> = statement(source).literals.into_iter().map(|literal| literal.value).collect();
        use LiteralValue::{Bytes, Float, Integer, Text};
        let wanted = [
            Text("ab".into()),
            Bytes(b"c".into()),
            Integer(-1),
            Float(2.5),
            Integer(16),
            Integer(1),
            Integer(9),
            Integer(99),
        ];
        assert_eq!(values, wanted);
        assert_eq!(&source[statement(source).literals[2].range.clone()], "-1");
    }

    #[test]
    fn a_variable_is_renamed_wherever_it_is_read() {
        for (source, wanted) in [
            ("r.set('r', r.get('a'), r=1)", Some("c.set('r', c.get('a'), r=1)")),
            ("def f(): return f'{r.get(1)}' + x.r", Some("def f(): return f'{c.get(1)}' + x.r")),
            ("n = 1", Some("n = 1")),
            ("r = redis.Redis()", None),
            ("for r in rows: print(r)", None),
            ("def f(r): return r", None),
            ("import r", None),
        ] {
            assert_eq!(renamed(source, "r", "c").as_deref(), wanted, "{source}");
        }
    }
}
