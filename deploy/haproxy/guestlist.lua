-- Asks Guestlist about one request. haproxy.cfg beside this file says what becomes of the answer: the number in
-- txn.guestlist, and nothing there where this could not ask.

local KEYS = { "authorization", "x-api-key", "apikey" }
local IDENTITY = { "x-developer-id", "x-developer-email", "x-application-id", "x-application-name", "x-key-id" }

core.register_action("guestlist", { "http-req" }, function(txn)
    local sent = txn.http:req_get_headers()
    local headers = { ["x-original-uri"] = { txn.f:pathq() } }
    for _, name in ipairs(KEYS) do
        headers[name] = sent[name]
    end

    -- The address names who is asked, the socket where: `listen guestlist` of haproxy.cfg.
    local answer = core.httpclient():get({
        url = "http://guestlist/gateway/check",
        dst = "abns@guestlist",
        headers = headers,
        timeout = 2000,
    })
    if not answer or not answer.status then
        return
    end
    if answer.status == 204 then
        for _, name in ipairs(IDENTITY) do
            local values = answer.headers[name]
            if not values then
                return
            end
            txn.http:req_set_header(name, values[0])
        end
    end
    txn:set_var("txn.guestlist", answer.status)
end)
