-- For Quarto's pages: the council's colours, and the notice that every page carries.

local stringify = pandoc.utils.stringify

local function escape(text)
  return (text:gsub("&", "&amp;"):gsub("<", "&lt;"):gsub(">", "&gt;"))
end

function Meta(meta)
  if not quarto.doc.is_format "html" then return nil end
  local assessment = meta.assessment
  quarto.doc.include_text("in-header", string.format(
    "<style>:root { --accent: #%s; --accent-dark: #%s; }</style>",
    stringify(assessment.accent), stringify(assessment["accent-dark"])
  ))
  if assessment.notice and stringify(assessment.notice) ~= "" then
    quarto.doc.include_text("before-body", '<section class="notice" aria-label="About this page"><p>'
      .. escape(stringify(assessment.notice)) .. "</p></section>")
  end
end
