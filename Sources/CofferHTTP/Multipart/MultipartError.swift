/// Everything that can be wrong with a multipart/form-data request.
///
/// The parser's failures are final: it throws the same one again on every later call. ``fieldTooLarge(limit:)`` is not, the
/// field's rest can be skipped.
package enum MultipartError: Error, Equatable {
    /// The Content-Type is absent, unreadable, or not `multipart/form-data`.
    case notFormData
    /// The Content-Type has no `boundary` parameter.
    case missingBoundary
    /// The boundary is empty, longer than 70 bytes, or has bytes that RFC 2046 does not allow.
    case invalidBoundary
    /// The input ended without a single byte.
    case emptyBody
    /// The input ended before the closing delimiter, or never had a delimiter.
    case truncated
    /// A header line has no colon, no proper name, a bare CR or LF, or a NUL.
    case malformedHeader
    /// A part's header lines take more bytes than allowed.
    case headersTooLarge(limit: Int)
    /// A part has more header fields than allowed.
    case tooManyHeaders(limit: Int)
    /// The form has more parts than allowed.
    case tooManyParts(limit: Int)
    /// A part has no Content-Disposition of type `form-data`.
    case missingDisposition
    /// A field that is collected in memory is longer than its reader allows.
    case fieldTooLarge(limit: Int)
}
