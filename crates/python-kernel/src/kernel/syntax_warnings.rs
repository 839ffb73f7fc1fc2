//! Finds what CPython's compiler warns of, in source text without syntax errors.

use ruff_text_size::Ranged;
use rustpython_compiler::ast::visitor::{self, Visitor};
use rustpython_compiler::ast::{
    BytesLiteral, CmpOp, Expr, ExprContext, FStringPart, InterpolatedStringElement, InterpolatedStringElements, Number,
    Stmt, StringLiteral, UnaryOp,
    str_prefix::{ByteStringPrefix, FStringPrefix, StringLiteralPrefix},
};
use rustpython_compiler::parser;
use std::ops::Range;

/// A SyntaxWarning.
pub struct SyntaxWarning {
    pub message: String,
    /// The byte range of the source text that the warning is about.
    pub place: Range<usize>,
}

/// Returns the warnings in the order in which CPython issues them: those about escape sequences are issued by the
/// parser, and the others by the compiler.
pub fn warnings(source: &str) -> Vec<SyntaxWarning> {
    let Ok(parsed) = parser::parse_module(source) else { return Vec::new() };
    let body = &parsed.syntax().body;
    let mut found = Vec::new();
    if source.contains('\\') {
        let mut escapes = Escapes { source, found: &mut found };
        escapes.visit_body(body);
    }
    Expressions(&mut found).visit_body(body);
    found
}

/// A visitor that finds escape sequences with no meaning.
struct Escapes<'a> {
    source: &'a str,
    found: &'a mut Vec<SyntaxWarning>,
}

impl Escapes<'_> {
    /// Reports the first escape sequence without a meaning in a literal. `place` includes the quotes.
    fn literal(&mut self, place: Range<usize>, is_bytes: bool) {
        let Some(text) = self.source.get(place.clone()) else { return };
        let Some(quote) = text.find(['\'', '"']) else { return };
        let width = if text[quote..].starts_with("'''") || text[quote..].starts_with("\"\"\"") { 3 } else { 1 };
        let content = place.start + quote + width..place.end.saturating_sub(width);
        self.content(content, place.start, is_bytes);
    }

    /// Reports the first escape sequence without a meaning in a range. `start_of_token` is where the warning is issued.
    fn content(&mut self, place: Range<usize>, start_of_token: usize, is_bytes: bool) {
        let Some(text) = self.source.get(place.clone()) else { return };
        let mut at = 0;
        while let Some(offset) = text[at..].find('\\') {
            let start = at + offset;
            let Some(escaped) = text[start + 1..].chars().next() else { return };
            at = start + 1 + escaped.len_utf8();
            let message = match escaped {
                '0'..='7' => {
                    let digits = text[start + 1..].bytes().take(3).take_while(|digit| (b'0'..=b'7').contains(digit));
                    let digits = digits.count();
                    at = start + 1 + digits;
                    let digits = &text[start + 1..at];
                    if !matches!(digits.as_bytes(), [b'4'..=b'7', _, _]) {
                        continue;
                    }
                    format!("invalid octal escape sequence '\\{digits}'")
                }
                '\\' | '\'' | '"' | 'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '\n' | '\r' | 'x' => continue,
                'N' | 'u' | 'U' if !is_bytes => continue,
                escaped => format!("invalid escape sequence '\\{escaped}'"),
            };
            self.found.push(SyntaxWarning { message, place: start_of_token..place.start + at });
            return;
        }
    }

    fn string(&mut self, literal: &StringLiteral) {
        if !matches!(literal.flags.prefix(), StringLiteralPrefix::Raw { .. }) {
            self.literal(literal.range.to_std_range(), false);
        }
    }

    fn bytes(&mut self, literal: &BytesLiteral) {
        if !matches!(literal.flags.prefix(), ByteStringPrefix::Raw { .. }) {
            self.literal(literal.range.to_std_range(), true);
        }
    }

    fn f_string(&mut self, elements: &InterpolatedStringElements, is_raw: bool) {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(literal) if !is_raw => {
                    let place = literal.range.to_std_range();
                    self.content(place.clone(), place.start, false);
                }
                InterpolatedStringElement::Literal(_) => {}
                InterpolatedStringElement::Interpolation(field) => {
                    self.visit_expr(&field.expression);
                    if let Some(spec) = &field.format_spec {
                        self.f_string(&spec.elements, is_raw);
                    }
                }
            }
        }
    }
}

impl<'a> Visitor<'a> for Escapes<'_> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::StringLiteral(text) => text.value.as_slice().iter().for_each(|part| self.string(part)),
            Expr::BytesLiteral(bytes) => bytes.value.as_slice().iter().for_each(|part| self.bytes(part)),
            Expr::FString(text) => {
                for part in text.value.as_slice() {
                    match part {
                        FStringPart::Literal(literal) => self.string(literal),
                        FStringPart::FString(part) => {
                            let is_raw = matches!(part.flags.prefix(), FStringPrefix::Raw { .. });
                            self.f_string(&part.elements, is_raw);
                        }
                    }
                }
            }
            other => visitor::walk_expr(self, other),
        }
    }
}

/// A visitor that finds expressions which cannot be meant as they are written.
struct Expressions<'a>(&'a mut Vec<SyntaxWarning>);

impl Expressions<'_> {
    fn warn(&mut self, message: String, expression: &Expr) {
        self.0.push(SyntaxWarning { message, place: expression.range().to_std_range() });
    }

    /// Reports `is` with a literal.
    fn comparison(&mut self, whole: &Expr, left: &Expr, operators: &[CmpOp], rights: &[Expr]) {
        let mut left = left;
        for (operator, right) in operators.iter().zip(rights) {
            let literal = literal_for_is(left).or_else(|| literal_for_is(right));
            let words = match operator {
                CmpOp::Is => Some(("is", "==")),
                CmpOp::IsNot => Some(("is not", "!=")),
                _ => None,
            };
            if let (Some(type_), Some((operator, other))) = (literal, words) {
                self.warn(format!("\"{operator}\" with '{type_}' literal. Did you mean \"{other}\"?"), whole);
                return;
            }
            left = right;
        }
    }

    /// Reports a call of something that is never callable.
    fn call(&mut self, called: &Expr) {
        if let Some(type_) = type_of(called).filter(|type_| *type_ != "function") {
            self.warn(format!("'{type_}' object is not callable; perhaps you missed a comma?"), called);
        }
    }

    /// Reports an index into something that has no items, or not for such an index.
    fn subscript(&mut self, value: &Expr, index: &Expr) {
        let Some(type_) = type_of(value) else { return };
        if matches!(value, Expr::Dict(_) | Expr::DictComp(_)) {
            return;
        }
        if !matches!(type_, "str" | "bytes" | "tuple" | "list" | "bool") || type_ == "bool" {
            self.warn(format!("'{type_}' object is not subscriptable; perhaps you missed a comma?"), value);
            return;
        }
        let Some(index_type) = type_of(index).filter(|index_type| !matches!(*index_type, "int" | "bool")) else {
            return;
        };
        let message =
            format!("{type_} indices must be integers or slices, not {index_type}; perhaps you missed a comma?");
        self.warn(message, value);
    }
}

impl<'a> Visitor<'a> for Expressions<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::Assert(assertion) = statement
            && matches!(&*assertion.test, Expr::Tuple(tuple) if !tuple.elts.is_empty())
        {
            self.0.push(SyntaxWarning {
                message: "assertion is always true, perhaps remove parentheses?".to_owned(),
                place: statement.range().to_std_range(),
            });
        }
        visitor::walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Compare(comparison) => {
                self.comparison(expression, &comparison.left, &comparison.ops, &comparison.comparators);
            }
            Expr::Call(call) => self.call(&call.func),
            Expr::Subscript(subscript) if subscript.ctx == ExprContext::Load => {
                self.subscript(&subscript.value, &subscript.slice);
            }
            _ => {}
        }
        visitor::walk_expr(self, expression);
    }
}

/// Returns the type of a literal with which `is` makes no sense. None, True, False and `...` are compared with `is`.
fn literal_for_is(expression: &Expr) -> Option<&'static str> {
    match expression {
        Expr::NumberLiteral(_) | Expr::StringLiteral(_) | Expr::BytesLiteral(_) => type_of(expression),
        Expr::UnaryOp(operation) if operation.op != UnaryOp::Not => match &*operation.operand {
            number @ Expr::NumberLiteral(_) => type_of(number),
            _ => None,
        },
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_constant).then_some("tuple"),
        _ => None,
    }
}

fn is_constant(expression: &Expr) -> bool {
    let is_single = matches!(expression, Expr::NoneLiteral(_) | Expr::BooleanLiteral(_) | Expr::EllipsisLiteral(_));
    is_single || literal_for_is(expression).is_some()
}

/// Returns the type of a display or a literal, or `None` for any other expression.
fn type_of(expression: &Expr) -> Option<&'static str> {
    Some(match expression {
        Expr::NumberLiteral(number) => match number.value {
            Number::Int(_) => "int",
            Number::Float(_) => "float",
            Number::Complex { .. } => "complex",
        },
        Expr::StringLiteral(_) | Expr::FString(_) => "str",
        Expr::BytesLiteral(_) => "bytes",
        Expr::BooleanLiteral(_) => "bool",
        Expr::NoneLiteral(_) => "NoneType",
        Expr::EllipsisLiteral(_) => "ellipsis",
        Expr::Tuple(_) => "tuple",
        Expr::List(_) | Expr::ListComp(_) => "list",
        Expr::Dict(_) | Expr::DictComp(_) => "dict",
        Expr::Set(_) | Expr::SetComp(_) => "set",
        Expr::Generator(_) => "generator",
        Expr::Lambda(_) => "function",
        _ => return None,
    })
}
