import CofferHTTP
import Hummingbird

/// `POST /api/files/presign`: begins an upload and tells where its bytes go.
///
/// - Auth: access token.
/// - Body: `file_name`, `mime_type`; free texts that may be empty.
/// - 200: `file_id`, `upload_resource.url`. 403: the account has too much. 503: all accounts together have too much.
/// - Source: Hashdrop API reference, "Request presigned upload URL"; contract, section 5.
struct PresignRoute {
    let files: FileStore
    let objects: any ObjectPlace

    @Sendable
    func handle(_ request: Request, context: CofferContext, account: AccountID) async throws -> Response {
        let body = try await JSONBody(request, members: ["file_name", "mime_type"])
        let new = NewFile(name: try body.storedText("file_name"), mimeType: try body.storedText("mime_type"))
        let upload = try await files.begin(new, of: account)
        let url = try await objects.uploadURL(upload.key, site: context.site)
        return Response(.ok, json: ["file_id": .string(upload.id.text), "upload_resource": ["url": .string(url)]])
    }
}
