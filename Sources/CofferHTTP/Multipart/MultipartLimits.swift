/// What a multipart form may cost besides its bodies, which are the reader's to limit.
package struct MultipartLimits: Sendable {
    /// All header lines of one part together, line ends included.
    package var headerBytesPerPart: Int
    package var headersPerPart: Int
    package var parts: Int

    package init(headerBytesPerPart: Int = 16 * 1024, headersPerPart: Int = 32, parts: Int = 1000) {
        self.headerBytesPerPart = headerBytesPerPart
        self.headersPerPart = headersPerPart
        self.parts = parts
    }
}
