import CofferHTTP

/// What only administrators may do.
enum HeaperAdminOperations {
    static let all = [
        list("/api/admin/pending-users", id: "heaperPendingUsers", "List accounts that wait for approval"),
        list("/api/admin/users", id: "heaperUsers", "List all accounts"),
        judge("/api/admin/approve_user", id: "heaperApproveUser", "Approve an account"),
        judge("/api/admin/reject_user", id: "heaperRejectUser", "Reject an account, which ends its logins"),
    ]

    private static let notAdmin = HeaperPieces.problem(403, "Not an administrator")

    private static func list(_ path: String, id: String, _ summary: String) -> OpenAPIOperation {
        OpenAPIOperation(
            "get",
            path,
            id: id,
            tag: "Auth",
            summary: summary,
            description: "Oldest first.",
            responses: [
                HeaperPieces.answer(
                    "The accounts",
                    ["success": ["const": true], "users": HeaperPieces.list(of: OpenAPI.schema("HeaperAccount"))]
                ),
                HeaperPieces.noToken, notAdmin,
            ],
            security: HeaperPieces.needsToken
        )
    }

    private static func judge(_ path: String, id: String, _ summary: String) -> OpenAPIOperation {
        let names = HeaperPieces.object(
            ["user_id": HeaperPieces.id, "public_key": HeaperPieces.text],
            optional: ["user_id", "public_key"]
        )
        return OpenAPIOperation(
            "post",
            path,
            id: id,
            tag: "Auth",
            summary: summary,
            description: "Named by id or by key. Doing it again changes nothing.",
            body: ["required": true, "content": ["application/json": ["schema": names]]],
            responses: [
                HeaperPieces.answer(
                    "Done",
                    ["success": ["const": true], "user": OpenAPI.schema("HeaperAccount")]
                ),
                HeaperPieces.malformed, HeaperPieces.noToken, notAdmin,
                HeaperPieces.problem(404, "No such account"),
                HeaperPieces.problem(409, "Administrators are never rejected"),
            ],
            security: HeaperPieces.needsToken
        )
    }
}
