//! The positions of operations in statements.

use super::operation::Operation;
use super::tracker::{Enclosing, Tracker, is_constant};
use ruff_text_size::{Ranged, TextRange, TextSize};
use rustpython_compiler::ast::{
    Decorator, ExceptHandler, Expr, Pattern, Stmt, StmtAugAssign, StmtClassDef, StmtFor, StmtFunctionDef, StmtMatch,
    StmtTry, WithItem,
};

impl<'a> Tracker<'a> {
    pub fn walk_body(&mut self, body: &'a [Stmt]) {
        for statement in body {
            self.walk_statement(statement);
        }
    }

    fn walk_statement(&mut self, statement: &'a Stmt) {
        let before = self.current;
        let range = statement.range();
        self.current = range;
        match statement {
            Stmt::Expr(statement) => {
                self.walk_expression(&statement.value);
                self.emit(Operation::Echo, range);
            }
            Stmt::Assign(assign) => {
                self.walk_expression(&assign.value);
                for target in &assign.targets {
                    self.walk_store(target);
                }
            }
            Stmt::AnnAssign(assign) => match &assign.value {
                Some(value) => {
                    self.walk_expression(value);
                    self.walk_store(&assign.target);
                }
                None if self.is_function => self.current = before,
                None => {}
            },
            Stmt::AugAssign(assign) => self.walk_augmented_assignment(assign),
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    self.walk_delete(target);
                }
            }
            Stmt::If(condition) => {
                self.walk_condition(&condition.test);
                self.walk_body(&condition.body);
                for clause in &condition.elif_else_clauses {
                    if let Some(test) = &clause.test {
                        self.walk_condition(test);
                    }
                    self.walk_body(&clause.body);
                }
            }
            Stmt::While(while_) => {
                self.walk_condition(&while_.test);
                self.walk_within(Enclosing::Loop, &while_.body);
                self.walk_body(&while_.orelse);
            }
            Stmt::For(for_) => self.walk_for(for_),
            Stmt::With(with) => self.walk_with(&with.items, &with.body, with.is_async, range),
            Stmt::Try(try_) => self.walk_try(try_),
            Stmt::Match(match_) => self.walk_match(match_),
            Stmt::Raise(raise) => {
                for part in [&raise.exc, &raise.cause].into_iter().flatten() {
                    self.walk_expression(part);
                }
                self.current = range;
                self.emit(Operation::Raise, range);
            }
            Stmt::Assert(assert) => {
                self.walk_condition(&assert.test);
                if let Some(message) = &assert.msg {
                    self.walk_expression(message);
                    self.emit(Operation::Call, range);
                }
                self.emit(Operation::Raise, assert.test.range());
            }
            Stmt::Return(return_) => {
                if let Some(value) = return_.value.as_deref().filter(|value| !is_constant(value)) {
                    self.walk_expression(value);
                }
                self.leave(self.enclosing.len());
            }
            Stmt::Break(_) | Stmt::Continue(_) => {
                let is_loop = |enclosing: &Enclosing| matches!(enclosing, Enclosing::Loop);
                let inside_loop = self.enclosing.iter().rev().position(is_loop);
                self.leave(inside_loop.unwrap_or(0));
            }
            Stmt::FunctionDef(definition) => self.walk_function(definition),
            Stmt::ClassDef(definition) => self.walk_class(definition),
            _ => {}
        }
    }

    fn walk_within(&mut self, enclosing: Enclosing<'a>, body: &'a [Stmt]) {
        self.enclosing.push(enclosing);
        self.walk_body(body);
        self.enclosing.pop();
    }

    /// Records the operations that leave the innermost `count` statements.
    fn leave(&mut self, count: usize) {
        for at in (self.enclosing.len() - count..self.enclosing.len()).rev() {
            match self.enclosing[at] {
                Enclosing::With { context, is_async } => {
                    self.emit(Operation::Call, context);
                    if is_async {
                        self.emit_await(context);
                    }
                }
                Enclosing::Finally(body) => {
                    let removed = self.enclosing.remove(at);
                    self.walk_body(body);
                    self.enclosing.insert(at, removed);
                }
                Enclosing::Loop => {}
            }
        }
    }

    fn walk_augmented_assignment(&mut self, assign: &'a StmtAugAssign) {
        let target = assign.target.range();
        match &*assign.target {
            Expr::Subscript(subscript) => {
                self.walk_expression(&subscript.value);
                self.walk_expression(&subscript.slice);
                self.emit(Operation::LoadItem, target);
            }
            Expr::Attribute(attribute) => {
                self.walk_expression(&attribute.value);
                self.emit(Operation::LoadAttribute, self.start_at_attribute(target, attribute));
            }
            _ => self.emit(Operation::LoadVariable, target),
        }
        self.walk_expression(&assign.value);
        self.emit(Operation::Operator, assign.range);
        match &*assign.target {
            Expr::Subscript(_) => self.emit(Operation::StoreItem, target),
            Expr::Attribute(attribute) => {
                self.emit(Operation::StoreAttribute, self.start_at_attribute(target, attribute));
            }
            _ => {}
        }
    }

    fn walk_for(&mut self, for_: &'a StmtFor) {
        let iterable = for_.iter.range();
        match &*for_.iter {
            // The elements are compiled as those of a tuple, without the list around them.
            Expr::List(list) if !for_.is_async && !list.elts.iter().any(Expr::is_starred_expr) => {
                self.walk_all(&list.elts);
            }
            other => self.walk_expression(other),
        }
        if for_.is_async {
            self.emit(Operation::Await, iterable);
            self.emit_await(iterable);
        } else {
            self.emit(Operation::GetIterator, iterable);
            self.emit(Operation::Next, iterable);
        }
        self.walk_store(&for_.target);
        self.walk_within(Enclosing::Loop, &for_.body);
        self.walk_body(&for_.orelse);
        self.current = iterable;
    }

    fn walk_with(&mut self, items: &'a [WithItem], body: &'a [Stmt], is_async: bool, range: TextRange) {
        let [item, items @ ..] = items else { return };
        let context = item.context_expr.range();
        self.walk_expression(&item.context_expr);
        self.current = range;
        self.emit(Operation::LoadContextMethod, context);
        self.emit(Operation::LoadContextMethod, context);
        self.emit_context_call(Operation::Call, context, is_async);
        self.enclosing.push(Enclosing::With { context, is_async });
        if let Some(target) = &item.optional_vars {
            self.current = target.range();
            self.walk_store(target);
        }
        if items.is_empty() {
            self.walk_body(body);
        } else {
            self.current = range;
            self.walk_with(items, body, is_async, range);
        }
        self.enclosing.pop();
        self.current = range;
        self.emit_context_call(Operation::Call, context, is_async);
        self.emit_context_call(Operation::ExitWithException, context, is_async);
        self.emit(Operation::ToBool, context);
    }

    fn emit_context_call(&mut self, operation: Operation, context: TextRange, is_async: bool) {
        self.emit(operation, context);
        if is_async {
            self.emit_await(context);
        }
    }

    fn walk_try(&mut self, try_: &'a StmtTry) {
        let has_finally = !try_.finalbody.is_empty();
        if has_finally {
            self.enclosing.push(Enclosing::Finally(&try_.finalbody));
        }
        self.walk_body(&try_.body);
        for ExceptHandler::ExceptHandler(handler) in &try_.handlers {
            self.current = handler.range;
            if let Some(class) = &handler.type_ {
                self.walk_expression(class);
                self.emit(Operation::MatchException, handler.range);
            }
            self.walk_body(&handler.body);
        }
        self.walk_body(&try_.orelse);
        if has_finally {
            self.enclosing.pop();
            self.walk_body(&try_.finalbody);
        }
    }

    fn walk_match(&mut self, match_: &'a StmtMatch) {
        self.walk_expression(&match_.subject);
        for case in &match_.cases {
            self.walk_pattern(&case.pattern);
            if let Some(guard) = &case.guard {
                self.walk_condition(guard);
            }
            self.walk_body(&case.body);
        }
    }

    fn walk_pattern(&mut self, pattern: &'a Pattern) {
        match pattern {
            Pattern::MatchValue(value) => {
                self.walk_expression(&value.value);
                self.emit(Operation::Compare, value.range);
            }
            Pattern::MatchClass(class) => {
                self.walk_expression(&class.cls);
                self.emit(Operation::MatchClass, class.range);
                let keywords = class.arguments.keywords.iter().map(|keyword| &keyword.pattern);
                class.arguments.patterns.iter().chain(keywords).for_each(|pattern| self.walk_pattern(pattern));
            }
            Pattern::MatchMapping(mapping) => {
                self.walk_all(&mapping.keys);
                mapping.patterns.iter().for_each(|pattern| self.walk_pattern(pattern));
            }
            Pattern::MatchSequence(sequence) => {
                sequence.patterns.iter().for_each(|pattern| self.walk_pattern(pattern));
            }
            Pattern::MatchOr(or) => or.patterns.iter().for_each(|pattern| self.walk_pattern(pattern)),
            Pattern::MatchAs(as_) => {
                if let Some(pattern) = &as_.pattern {
                    self.walk_pattern(pattern);
                }
            }
            Pattern::MatchSingleton(_) | Pattern::MatchStar(_) => {}
        }
    }

    fn walk_function(&mut self, definition: &'a StmtFunctionDef) {
        for decorator in &definition.decorator_list {
            self.walk_expression(&decorator.expression);
        }
        self.walk_defaults(&definition.parameters);
        self.current = definition.range;
        self.walk_scope("__annotate__", true, |tracker| {
            let parameters = &definition.parameters;
            let named = parameters.posonlyargs.iter().chain(&parameters.args).chain(&parameters.kwonlyargs);
            let all = named.map(|parameter| &parameter.parameter);
            let all = all.chain(parameters.vararg.as_deref()).chain(parameters.kwarg.as_deref());
            for annotation in all.filter_map(|parameter| parameter.annotation.as_deref()) {
                tracker.walk_expression(annotation);
            }
            if let Some(annotation) = &definition.returns {
                tracker.walk_expression(annotation);
            }
        });
        let before = self.current;
        self.walk_scope(&definition.name, true, |tracker| tracker.walk_body(without_docstring(&definition.body)));
        self.current = before;
        if definition.type_params.is_some() {
            self.emit(Operation::Call, definition.range);
        }
        self.emit_decorators(&definition.decorator_list);
    }

    fn walk_class(&mut self, definition: &'a StmtClassDef) {
        for decorator in &definition.decorator_list {
            self.walk_expression(&decorator.expression);
        }
        let range = TextRange::new(self.class_keyword(definition), definition.range.end());
        self.walk_scope(&definition.name, false, |tracker| tracker.walk_body(without_docstring(&definition.body)));
        match &definition.arguments {
            Some(arguments) => self.walk_arguments(arguments, 2, self.current, range),
            None => self.emit(Operation::Call, range),
        }
        self.emit_decorators(&definition.decorator_list);
    }

    /// Records the calls of decorators. The innermost decorator is called first.
    fn emit_decorators(&mut self, decorators: &[Decorator]) {
        for decorator in decorators.iter().rev() {
            self.emit(Operation::Call, decorator.expression.range());
        }
    }

    /// Returns where the keyword `class` starts. A class definition's range starts at its first decorator.
    fn class_keyword(&self, definition: &StmtClassDef) -> TextSize {
        let Some(last) = definition.decorator_list.last() else { return definition.range.start() };
        let after = last.range.end();
        let between = &self.source[after.to_usize()..definition.name.range.start().to_usize()];
        let distance = between.rfind("class").and_then(|distance| TextSize::try_from(distance).ok());
        after + distance.unwrap_or_default()
    }
}

/// Returns the statements of a function or a class that are compiled. A docstring is not among them.
fn without_docstring(body: &[Stmt]) -> &[Stmt] {
    match body {
        [Stmt::Expr(first), rest @ ..] if first.value.is_string_literal_expr() => rest,
        _ => body,
    }
}
