import CofferHTTP
import Hummingbird

/// `POST /api/update_block`: changes title and looks of a block; `null` clears a colour, icon or main tag.
///
/// - Body: `{id, title?, color?, icon?, main_tag?}`.
/// - 200: `{success, block}`. 400: one of them is too long. 403: ``HeaperError/readOnly``. 404: ``HeaperError/blockNotFound``.
struct UpdateBlockRoute: Sendable {
    private static let looks: [BlockColumn] = [.color, .icon, .mainTag]

    let life: BlockLife

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let fields = try await RequestFields(request)
        guard let id = try fields.id("id", "block_id", as: BlockID.self) else {
            throw HeaperError.malformed("id is required")
        }
        let place = try await life.places.required(id, for: caller.user)
        try place.heap.requireWriting()
        var change = BlockChange(title: try fields.text("title"))
        for column in Self.looks where fields.has(column.rawValue) {
            let value = try fields.text(column.rawValue)
            guard value.map(column.takes) ?? true else {
                throw HeaperError.malformed("\(column.rawValue) may have \(column.maxBytes) bytes at most")
            }
            change.looks.append((column, value))
        }
        if change.title != nil || !change.looks.isEmpty {
            try await life.update(place, change, by: caller.user)
        }
        return try await life.answer(id)
    }
}
