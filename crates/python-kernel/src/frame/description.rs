//! The description of a Python object, for help at the prompt.

use super::Fields;
use super::fields::Writer;

/// A description of the object that a Python name refers to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Description {
    /// The qualified name of the method, such as `HashCommands.hset`, if the object is a method of the `redis` package.
    pub method: Option<String>,
    /// The name of the object's class.
    pub class: String,
    /// The `repr` of the object, if it is a number, a string, bytes or None.
    pub value: Option<String>,
    /// The parameters, if the object is a function written in Python.
    pub parameters: Option<Vec<String>>,
    /// The first paragraph of the docstring of the object or of its class, if there is one.
    pub doc: Option<String>,
}

/// Appends a description to a frame.
pub(super) fn encode<'a, 'b>(w: &'a mut Writer<'b>, description: &Description) -> &'a mut Writer<'b> {
    w.optional(description.method.as_deref(), Writer::text)
        .text(&description.class)
        .optional(description.value.as_deref(), Writer::text)
        .optional(description.parameters.as_deref(), Writer::names)
        .optional(description.doc.as_deref(), Writer::text)
}

/// Decodes a description. Returns `None` if it is malformed.
pub(super) fn decode(fields: &mut Fields) -> Option<Description> {
    Some(Description {
        method: fields.optional(Fields::text)?,
        class: fields.text()?,
        value: fields.optional(Fields::text)?,
        parameters: fields.optional(Fields::names)?,
        doc: fields.optional(Fields::text)?,
    })
}
