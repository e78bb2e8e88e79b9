-- For Quarto's pages, which Quarto makes without a theme: callouts as the built-in page has them,
-- and periods that no browser breaks after their hyphen. site.py does the rest.

if not quarto.doc.is_format "html" then return {} end

local function visually_hidden(words)
  return pandoc.Span({ pandoc.Str(words) }, { class = "visually-hidden" })
end

local function callout(node)
  local name = node.type:gsub("^%l", string.upper)
  local heading = pandoc.Inlines { pandoc.Str(name) }
  if node.title and pandoc.utils.stringify(node.title) ~= "" then
    heading = pandoc.Inlines { visually_hidden(name .. ": ") }
    heading:extend(pandoc.utils.blocks_to_inlines(pandoc.Blocks(pandoc.Plain(quarto.utils.as_inlines(node.title)))))
  end
  return pandoc.Div({
    pandoc.Div(pandoc.Para(heading), { class = "callout-title" }),
    pandoc.Div(quarto.utils.as_blocks(node.content), { class = "callout-body" }),
  }, { class = "callout callout-" .. node.type })
end

local function keep_period_whole(str)
  if str.text:match "%d%d%d%d%-%d%d" and not str.text:match "/" then
    return pandoc.Span({ str }, { class = "period" })
  end
end

return { { Callout = callout, Str = keep_period_whole } }
