//! The positions of operations in expressions.

use super::operation::Operation;
use super::tracker::{Tracker, is_constant};
use ruff_text_size::{Ranged, TextRange};
use rustpython_compiler::ast::{
    Arguments, BoolOp, CmpOp, Comprehension, ConversionFlag, Expr, ExprAttribute, ExprCall, ExprCompare, ExprSubscript,
    InterpolatedStringElement, Operator, Parameters, UnaryOp,
};

/// Maximum number of arguments that the interpreter's compiler passes without building a tuple.
const MAX_PLAIN_ARGUMENTS: usize = 15;
/// Number of arguments from which CPython does not optimise a method call.
const MAX_METHOD_ARGUMENTS: usize = 30;

/// The kinds of displays: lists and tuples are built in the same way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Display {
    Sequence,
    Set,
}

/// The element of a comprehension.
#[derive(Clone, Copy)]
enum Element<'a> {
    Added(&'a Expr),
    Item(&'a Expr, &'a Expr),
    Yielded(&'a Expr),
}

impl<'a> Tracker<'a> {
    pub fn walk_expression(&mut self, expression: &'a Expr) {
        let range = expression.range();
        self.current = range;
        match expression {
            Expr::Call(call) => self.walk_call(call),
            Expr::Attribute(attribute) => {
                let is_super = self.is_super(attribute);
                self.walk_attribute(attribute, is_super);
            }
            Expr::Subscript(subscript) => self.walk_subscript(subscript, Operation::LoadItem),
            Expr::BoolOp(operation) => self.walk_bool_operation(operation.op, &operation.values, range, true),
            Expr::BinOp(operation) => match formatted_arguments(expression) {
                Some(arguments) => {
                    for argument in arguments {
                        self.walk_expression(argument);
                        self.current = range;
                        self.emit(Operation::Convert, argument.range());
                        self.emit(Operation::Format, argument.range());
                    }
                }
                None => {
                    self.walk_expression(&operation.left);
                    self.walk_expression(&operation.right);
                    self.current = range;
                    self.emit(Operation::Operator, range);
                }
            },
            Expr::UnaryOp(operation) => {
                match &*operation.operand {
                    // CPython joins the comparison with the conversion of its result.
                    Expr::Compare(comparison) if operation.op == UnaryOp::Not && comparison.ops.len() == 1 => {
                        self.walk_comparison(comparison, range);
                    }
                    operand => self.walk_expression(operand),
                }
                self.current = range;
                if operation.op == UnaryOp::Not {
                    self.emit(Operation::ToBool, range);
                }
            }
            Expr::Compare(comparison) => self.walk_comparison(comparison, range),
            Expr::List(list) => self.walk_display(&list.elts, 0, Display::Sequence, range),
            Expr::Tuple(tuple) => self.walk_display(&tuple.elts, 0, Display::Sequence, range),
            Expr::Set(set) => self.walk_display(&set.elts, 0, Display::Set, range),
            Expr::Dict(_) => self.walk_dict(expression),
            Expr::Slice(slice) => {
                let parts = [&slice.lower, &slice.upper, &slice.step];
                let mut parts = parts.into_iter().filter_map(|part| part.as_deref()).peekable();
                if !parts.clone().all(is_constant) {
                    parts.by_ref().for_each(|part| self.walk_expression(part));
                }
            }
            Expr::Yield(yielded) => {
                if let Some(value) = &yielded.value {
                    self.walk_expression(value);
                }
                self.emit(Operation::Yield, range);
                self.emit(Operation::Yield, range);
            }
            Expr::Await(awaited) => {
                self.walk_expression(&awaited.value);
                self.emit_await(range);
            }
            Expr::YieldFrom(yielded) => {
                self.walk_expression(&yielded.value);
                self.emit_await(range);
            }
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.walk_defaults(parameters);
                }
                self.walk_scope("<lambda>", true, |tracker| tracker.walk_expression(&lambda.body));
            }
            Expr::ListComp(list) => {
                self.walk_comprehension("<listcomp>", &list.generators, Element::Added(&list.elt), range);
            }
            Expr::SetComp(set) => {
                self.walk_comprehension("<setcomp>", &set.generators, Element::Added(&set.elt), range);
            }
            Expr::DictComp(dict) => {
                let element = Element::Item(&dict.key, &dict.value);
                self.walk_comprehension("<dictcomp>", &dict.generators, element, range);
            }
            Expr::Generator(generator) => {
                self.walk_comprehension("<genexpr>", &generator.generators, Element::Yielded(&generator.elt), range);
            }
            Expr::Starred(starred) => self.walk_expression(&starred.value),
            Expr::If(condition) => {
                self.walk_condition(&condition.test);
                self.walk_expression(&condition.body);
                self.walk_expression(&condition.orelse);
            }
            Expr::Named(named) => {
                self.walk_expression(&named.value);
                self.walk_store(&named.target);
            }
            Expr::FString(text) => self.walk_fields(text.value.elements()),
            _ => {}
        }
    }

    pub fn walk_all(&mut self, expressions: &'a [Expr]) {
        for expression in expressions {
            self.walk_expression(expression);
        }
    }

    /// Walks through a comparison, to which CPython gives the position `range`.
    fn walk_comparison(&mut self, comparison: &'a ExprCompare, range: TextRange) {
        self.current = comparison.range;
        self.walk_expression(&comparison.left);
        for (operator, comparator) in comparison.ops.iter().zip(&comparison.comparators) {
            self.walk_expression(comparator);
            self.current = comparison.range;
            if !matches!(operator, CmpOp::Is | CmpOp::IsNot | CmpOp::In | CmpOp::NotIn) {
                self.emit(Operation::Compare, range);
            }
        }
    }

    /// Walks through an expression whose value decides whether to jump.
    pub fn walk_condition(&mut self, expression: &'a Expr) {
        let before = self.current;
        let range = expression.range();
        self.current = range;
        match expression {
            Expr::BoolOp(operation) => {
                for value in &operation.values {
                    self.walk_condition(value);
                }
            }
            Expr::UnaryOp(operation) if operation.op == UnaryOp::Not => self.walk_condition(&operation.operand),
            Expr::Compare(comparison)
                if matches!(&comparison.ops[..], [CmpOp::Is | CmpOp::IsNot])
                    && comparison.comparators[0].is_none_literal_expr() =>
            {
                self.walk_expression(&comparison.left);
            }
            _ => {
                self.walk_expression(expression);
                if !expression.is_compare_expr() {
                    self.emit(Operation::ToBool, range);
                }
            }
        }
        self.current = before;
    }

    /// Walks through an expression to which a value is assigned.
    pub fn walk_store(&mut self, target: &'a Expr) {
        match target {
            Expr::Subscript(subscript) => self.walk_subscript(subscript, Operation::StoreItem),
            Expr::Attribute(attribute) => {
                self.walk_expression(&attribute.value);
                self.emit(Operation::StoreAttribute, self.start_at_attribute(target.range(), attribute));
            }
            Expr::Tuple(_) | Expr::List(_) => {
                self.emit(Operation::Unpack, target.range());
                for element in elements(target) {
                    self.walk_store(element);
                }
            }
            Expr::Starred(starred) => self.walk_store(&starred.value),
            _ => {}
        }
    }

    pub fn walk_delete(&mut self, target: &'a Expr) {
        match target {
            Expr::Name(_) => self.emit(Operation::DeleteVariable, target.range()),
            Expr::Subscript(subscript) => self.walk_subscript(subscript, Operation::DeleteItem),
            Expr::Attribute(attribute) => {
                self.walk_expression(&attribute.value);
                self.emit(Operation::DeleteAttribute, self.start_at_attribute(target.range(), attribute));
            }
            Expr::Tuple(_) | Expr::List(_) => {
                for element in elements(target) {
                    self.walk_delete(element);
                }
            }
            _ => {}
        }
    }

    pub fn walk_defaults(&mut self, parameters: &'a Parameters) {
        let positional = parameters.posonlyargs.iter().chain(&parameters.args);
        for parameter in positional.chain(&parameters.kwonlyargs) {
            if let Some(default) = &parameter.default {
                self.walk_expression(default);
            }
        }
    }

    /// Walks through the arguments of a call. `pushed` is the number of arguments that precede them. The interpreter
    /// gives the call itself the position `recorded`, and CPython gives it `range`.
    pub fn walk_arguments(&mut self, arguments: &'a Arguments, pushed: usize, recorded: TextRange, range: TextRange) {
        let is_starred = arguments.args.iter().any(Expr::is_starred_expr);
        if !needs_tuple(arguments) {
            self.walk_all(&arguments.args);
            for keyword in &arguments.keywords {
                self.walk_expression(&keyword.value);
            }
        } else {
            match &*arguments.args {
                [Expr::Starred(starred)] if pushed == 0 => self.walk_expression(&starred.value),
                args if is_starred => self.walk_display(args, pushed, Display::Sequence, range),
                args => {
                    self.walk_all(args);
                    self.current = recorded;
                }
            }
            self.walk_keywords(arguments, range);
        }
        self.current = recorded;
        self.emit(Operation::Call, range);
    }

    /// Walks through keyword arguments from which a dict is built. Each `**x`, and each run of others, is merged.
    fn walk_keywords(&mut self, arguments: &'a Arguments, range: TextRange) {
        let runs = arguments.keywords.chunk_by(|a, b| a.arg.is_some() && b.arg.is_some());
        for (number, run) in runs.enumerate() {
            let is_spread = run[0].arg.is_none();
            for keyword in run {
                self.walk_expression(&keyword.value);
                if !is_spread && run.len() > 4 {
                    self.emit(Operation::Append, range);
                }
            }
            if is_spread || number > 0 {
                self.emit(Operation::Extend, range);
            }
        }
    }

    fn walk_call(&mut self, call: &'a ExprCall) {
        let range = call.range;
        match &*call.func {
            Expr::Attribute(attribute) => {
                let is_super = !needs_tuple(&call.arguments) && self.is_super(attribute);
                self.walk_attribute(attribute, is_super);
                let recorded = if is_super { attribute.attr.range } else { range };
                let expected = if self.is_method_call(call, attribute) {
                    self.start_at_attribute(range, attribute)
                } else {
                    range
                };
                self.walk_arguments(&call.arguments, 0, recorded, expected);
            }
            function if loops_over_generator(call) => {
                self.walk_expression(function);
                self.walk_all(&call.arguments.args);
                for operation in [Operation::Next, Operation::Append, Operation::ToBool] {
                    self.emit(operation, range);
                }
                self.current = range;
                self.emit(Operation::Call, range);
            }
            function => {
                self.walk_expression(function);
                self.walk_arguments(&call.arguments, 0, range, range);
            }
        }
    }

    /// Walks through the access to an attribute.
    fn walk_attribute(&mut self, attribute: &'a ExprAttribute, is_super: bool) {
        let range = attribute.range;
        if is_super {
            self.current = attribute.value.range();
            self.emit(Operation::LoadSuperAttribute, range);
        } else {
            self.walk_expression(&attribute.value);
            self.emit(Operation::LoadAttribute, self.start_at_attribute(range, attribute));
        }
    }

    /// Returns whether an attribute is looked up by a special instruction: `super().a` in a method.
    fn is_super(&self, attribute: &ExprAttribute) -> bool {
        let Expr::Call(call) = &*attribute.value else { return false };
        let arguments = &call.arguments;
        self.is_function
            && matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "super")
            && attribute.attr.as_str() != "__class__"
            && arguments.keywords.is_empty()
            && matches!(arguments.args.len(), 0 | 2)
            && !arguments.args.iter().any(Expr::is_starred_expr)
    }

    /// Returns whether CPython compiles the call of an attribute as a method call.
    fn is_method_call(&self, call: &ExprCall, attribute: &ExprAttribute) -> bool {
        let (args, keywords) = (&call.arguments.args, &call.arguments.keywords);
        let count = args.len() + keywords.len() + usize::from(!keywords.is_empty());
        let is_imported = matches!(&*attribute.value, Expr::Name(name) if self.imported.contains(name.id.as_str()));
        count < MAX_METHOD_ARGUMENTS
            && !is_imported
            && !args.iter().any(Expr::is_starred_expr)
            && keywords.iter().all(|keyword| keyword.arg.is_some())
    }

    fn walk_subscript(&mut self, subscript: &'a ExprSubscript, operation: Operation) {
        let before = self.current;
        self.walk_expression(&subscript.value);
        self.walk_expression(&subscript.slice);
        self.current = before;
        self.emit(operation, subscript.range);
    }

    /// Walks through `and` or `or`. Is `outermost` if it is not part of another such operation.
    fn walk_bool_operation(&mut self, operator: BoolOp, values: &'a [Expr], range: TextRange, outermost: bool) {
        let Some((last, values)) = values.split_last() else { return };
        for value in values {
            match value {
                Expr::BoolOp(inner) if outermost && inner.op != operator => {
                    self.walk_bool_operation(inner.op, &inner.values, inner.range, false);
                }
                value => self.walk_expression(value),
            }
            self.emit(Operation::ToBool, range);
        }
        self.walk_expression(last);
    }

    /// Walks through the elements of a list, a tuple or a set. `pushed` is the number of elements that precede them.
    fn walk_display(&mut self, elements: &'a [Expr], pushed: usize, display: Display, range: TextRange) {
        let is_starred = elements.iter().any(Expr::is_starred_expr);
        if !is_starred && pushed == 0 && elements.len() >= 3 && elements.iter().all(is_constant) {
            if display == Display::Set {
                self.emit(Operation::BuildDisplay, range);
            }
            return;
        }
        let mut is_built = false;
        for element in elements {
            match element {
                Expr::Starred(starred) => {
                    if !is_built && display == Display::Set {
                        self.emit(Operation::BuildDisplay, range);
                    }
                    is_built = true;
                    self.walk_expression(&starred.value);
                    self.emit(Operation::Extend, range);
                }
                element => {
                    self.walk_expression(element);
                    if is_built {
                        self.emit(Operation::Append, range);
                    }
                }
            }
        }
        if !is_built && display == Display::Set {
            self.emit(Operation::BuildDisplay, range);
        }
    }

    fn walk_dict(&mut self, expression: &'a Expr) {
        let Expr::Dict(dict) = expression else { return };
        let range = dict.range;
        let is_spread = dict.items.iter().any(|item| item.key.is_none());
        let mut pending = false;
        let mut is_built = false;
        for item in &dict.items {
            match &item.key {
                Some(key) => {
                    self.walk_expression(key);
                    self.walk_expression(&item.value);
                    pending = true;
                    if !is_spread && dict.items.len() > MAX_PLAIN_ARGUMENTS {
                        self.emit(Operation::Append, range);
                    }
                }
                None => {
                    if pending || !is_built {
                        self.emit(Operation::BuildDisplay, range);
                        if pending && is_built {
                            self.emit(Operation::Extend, range);
                        }
                        pending = false;
                        is_built = true;
                    }
                    self.walk_expression(&item.value);
                    self.emit(Operation::Extend, range);
                }
            }
        }
        if pending || !is_built {
            self.emit(Operation::BuildDisplay, range);
            if is_built {
                self.emit(Operation::Extend, range);
            }
        }
    }

    /// Walks through the parts of an f-string, or of a format specification in it.
    fn walk_fields(&mut self, elements: impl Iterator<Item = &'a InterpolatedStringElement>) {
        for field in elements.filter_map(|element| element.as_interpolation()) {
            self.walk_expression(&field.expression);
            let shows_expression = field.debug_text.is_some() && field.format_spec.is_none();
            if field.conversion != ConversionFlag::None || shows_expression {
                self.emit(Operation::Convert, field.range);
            }
            if let Some(specification) = &field.format_spec {
                self.walk_fields(specification.elements.iter());
            }
            self.emit(Operation::Format, field.range);
        }
    }

    fn walk_comprehension(
        &mut self,
        name: &str,
        generators: &'a [Comprehension],
        element: Element<'a>,
        range: TextRange,
    ) {
        let text = &self.source[range.start().to_usize()..range.end().to_usize()];
        let may_await = text.contains("await ") || text.contains("async ");
        let [first, ..] = generators else { return };
        if self.is_function && name != "<genexpr>" && !may_await {
            self.walk_expression(&first.iter);
            self.emit_iterator(first);
            self.walk_loops(generators, element);
            return;
        }
        self.walk_scope(name, true, |tracker| tracker.walk_loops(generators, element));
        self.walk_expression(&first.iter);
        self.emit_iterator(first);
        self.emit(Operation::Call, range);
        if may_await {
            self.emit_await(range);
        }
    }

    fn emit_iterator(&mut self, generator: &Comprehension) {
        let operation = if generator.is_async { Operation::Await } else { Operation::GetIterator };
        self.emit(operation, generator.iter.range());
    }

    fn walk_loops(&mut self, generators: &'a [Comprehension], element: Element<'a>) {
        for (number, generator) in generators.iter().enumerate() {
            if number > 0 {
                self.walk_expression(&generator.iter);
                self.emit_iterator(generator);
            }
            if generator.is_async {
                self.emit_await(generator.iter.range());
            } else {
                self.emit(Operation::Next, generator.iter.range());
            }
            self.walk_store(&generator.target);
            for condition in &generator.ifs {
                self.walk_condition(condition);
            }
        }
        match element {
            Element::Added(value) => {
                self.walk_expression(value);
                self.emit(Operation::Append, value.range());
            }
            Element::Item(key, value) => {
                self.walk_expression(key);
                self.walk_expression(value);
                self.emit(Operation::Append, TextRange::new(key.start(), value.end()));
            }
            Element::Yielded(value) => {
                self.walk_expression(value);
                self.emit(Operation::Yield, value.range());
                self.emit(Operation::Yield, value.range());
            }
        }
    }
}

/// Returns the elements of a list or a tuple.
fn elements(expression: &Expr) -> &[Expr] {
    match expression {
        Expr::Tuple(tuple) => &tuple.elts,
        Expr::List(list) => &list.elts,
        _ => &[],
    }
}

/// Returns whether the interpreter's compiler builds a tuple and a dict of the arguments.
fn needs_tuple(arguments: &Arguments) -> bool {
    arguments.args.iter().any(Expr::is_starred_expr)
        || arguments.keywords.iter().any(|keyword| keyword.arg.is_none())
        || arguments.args.len() + arguments.keywords.len() > MAX_PLAIN_ARGUMENTS
}

/// Returns whether the interpreter's compiler compiles a call such as `list(… for …)` to a loop.
fn loops_over_generator(call: &ExprCall) -> bool {
    let Expr::Name(name) = &*call.func else { return false };
    matches!(name.id.as_str(), "tuple" | "list" | "set" | "all" | "any")
        && call.arguments.keywords.is_empty()
        && matches!(&*call.arguments.args, [Expr::Generator(_)])
}

/// Returns the arguments of an expression such as `'%s: %r' % (x, y)` if it is compiled like an f-string. Returns `None`
/// for any other expression.
fn formatted_arguments(expression: &Expr) -> Option<&[Expr]> {
    let Expr::BinOp(operation) = expression else { return None };
    let (Operator::Mod, Expr::StringLiteral(text), Expr::Tuple(tuple)) =
        (operation.op, &*operation.left, &*operation.right)
    else {
        return None;
    };
    let mut count = 0;
    let mut parts = text.value.to_str().split('%').skip(1);
    while let Some(part) = parts.next() {
        match part.chars().next() {
            Some('s' | 'r' | 'a') => count += 1,
            // The part between the two characters of `%%` is empty.
            None => drop(parts.next()?),
            Some(_) => return None,
        }
    }
    let is_starred = tuple.elts.iter().any(Expr::is_starred_expr);
    (count == tuple.elts.len() && !is_starred).then_some(&tuple.elts[..])
}
