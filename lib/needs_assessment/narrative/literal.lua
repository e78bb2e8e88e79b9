-- Narrative as Markdown that can only be read as text.
--
-- Run by `pandoc lua`. Standard input: a JSON object of Markdown texts by name. Standard output:
-- the same object, each text written anew from what pandoc read in it, with everything that could
-- run, fetch or include something turned into the characters that were typed.

-- What JupyterLab shows is what the report shows: a list needs no blank line before it, and only
-- digits number one. Punctuation is left as typed, for the book to set.
local READ = 'markdown-smart-auto_identifiers-implicit_figures-implicit_header_references'
  .. '-fancy_lists-example_lists-raw_tex-latex_macros-yaml_metadata_block-pandoc_title_block'
  .. '-native_divs-native_spans-markdown_in_html_blocks-abbreviations'
  -- An equation would need a description of its own: the PDF is refused without one.
  .. '-tex_math_dollars-tex_math_single_backslash-tex_math_double_backslash'
  .. '+lists_without_preceding_blankline-blank_before_header-blank_before_blockquote'
  .. '+autolink_bare_uris'
-- Pipe and grid tables only: a line of three dashes in other tables can be taken for metadata.
local WRITE = 'markdown-smart-simple_tables-multiline_tables-auto_identifiers'
local OPTIONS = pandoc.WriterOptions { wrap_text = 'preserve', columns = 72 }

-- Attributes that may stay, with the whole of what each may say.
local ALLOWED_ATTRIBUTES = {
  lang = '^%a[%w-]*$', dir = '^[lr]t[lr]$', ['data-id'] = '^[%w._-]+$',
  collapse = '^%a+$', appearance = '^%a+$', icon = '^%a+$',
}
local ALLOWED_CLASSES = {
  figure = true, unnumbered = true, unlisted = true, smallcaps = true, underline = true,
  mark = true, uri = true, email = true,
}
-- What marks a number as not this report's own: for the check of numbers, not for readers.
local EXTERNAL = 'external'
local ALLOWED_SCHEMES = { http = true, https = true, mailto = true, tel = true }

local function text_of(s)
  return pandoc.Inlines(s)
end

-- A shortcode, or the opening of a cell, that a renderer would see wherever it stands.
local function has_directive(text)
  return text:find('{{<', 1, true) or text:find('[`~][`~][`~]+[ \t]*{')
end

-- Code that a renderer might carry out: the above, or an expression for a kernel.
local function is_active(code)
  return has_directive(code) or code:find('^%s*{+[%w=]')
end

local function clean_attr(attr)
  local kept = {}
  for key, value in pairs(attr.attributes) do
    local allowed = ALLOWED_ATTRIBUTES[key]
    if allowed and value:match(allowed) then
      kept[key] = value
    elseif key == 'title' and not value:find('[{}<>]') then
      -- A callout's title is read as Markdown once more.
      kept.title = value:gsub('[^%w%s,.;:?()\128-\255-]', '\\%0')
    end
  end
  local classes = attr.classes:filter(function(class)
    return ALLOWED_CLASSES[class] or class:match('^callout%-%a+$')
  end)
  local id = attr.identifier
  if id == 'refs' or not id:match('^[%w:._-]*$') then id = '' end
  return pandoc.Attr(id, classes, kept)
end

local function cleaned(el)
  el.attr = clean_attr(el.attr)
  return el
end

local function is_comment(raw)
  return raw.format == 'html' and raw.text:match('^%s*<!%-%-.*%-%->%s*$')
end

local function is_allowed_target(target)
  if target:find('[{}<>%c]') then return false end
  local scheme = target:match('^(%a[%w+.-]*):')
  return target:sub(1, 1) == '#' or (scheme and ALLOWED_SCHEMES[scheme:lower()]) or false
end

local function lines_of(text)
  local lines = pandoc.List {}
  for line in (text .. '\n'):gmatch('(.-)\r?\n') do
    lines:insert(text_of(line))
  end
  return pandoc.LineBlock(lines)
end

local literal = {
  RawInline = function(el)
    if is_comment(el) then return {} end
    return text_of(el.text)
  end,
  RawBlock = function(el)
    if is_comment(el) then return {} end
    return lines_of(el.text)
  end,
  Code = function(el)
    if is_active(el.text) then return text_of(el.text) end
    return cleaned(el)
  end,
  CodeBlock = function(el)
    if is_active(el.text) then return lines_of(el.text) end
    local language = el.classes[1]
    if language and not language:match('^[%w-]+$') then language = nil end
    el.attr = pandoc.Attr('', { language })
    return el
  end,
  Image = function(el)
    local alt = pandoc.write(pandoc.Pandoc { pandoc.Plain(el.caption) }, 'plain', OPTIONS)
    return text_of('![' .. alt:gsub('%s+$', '') .. '](' .. el.src .. ')')
  end,
  Link = function(el)
    if is_allowed_target(el.target) then
      if el.title:find('[{}<>]') then el.title = '' end
      return cleaned(el)
    end
    return el.content .. text_of(' (' .. el.target .. ')')
  end,
  Span = function(el)
    if el.classes:includes(EXTERNAL) then return el.content end
    return cleaned(el)
  end,
  Div = cleaned,
  Table = function(el)
    el.attr = clean_attr(el.attr)
    return el
  end,
  -- The chapter's own title is the only heading of level 1.
  Header = function(el)
    el.level = math.max(el.level, 2)
    return cleaned(el)
  end,
  -- A paragraph that begins like a caption would become the caption of a table before it.
  Para = function(el)
    local first = el.content[1]
    if first and first.t == 'Str' and first.text:match('^[Tt]?a?b?l?e?:') then
      local escaped = first.text:gsub(':', '\\:', 1)
      el.content[1] = pandoc.RawInline('markdown', escaped)
      return el
    end
  end,
}

-- Footnotes named after the cell: two cells of a chapter may both have a [^1].
local function name_footnotes(doc, prefix)
  local notes = pandoc.List {}
  doc = doc:walk {
    Note = function(el)
      notes:insert(el.content)
      return pandoc.RawInline('markdown', '[^' .. prefix .. '-' .. #notes .. ']')
    end,
  }
  for number, content in ipairs(notes) do
    local body = pandoc.write(pandoc.Pandoc(content), WRITE, OPTIONS)
    body = body:gsub('%s+$', ''):gsub('\n', '\n    '):gsub('\n +\n', '\n\n')
    doc.blocks:insert(pandoc.RawBlock('markdown', '[^' .. prefix .. '-' .. number .. ']: ' .. body .. '\n'))
  end
  return doc
end

local function as_typed(markdown)
  return (markdown:gsub('[%p]', '\\%0'))
end

-- Whether the book's own reader finds anything but text in it.
local function is_safe(markdown)
  local safe = true
  local function found() safe = false end
  local function active(el) if is_active(el.text) then found() end end
  local doc = pandoc.read(markdown, 'markdown')
  doc:walk {
    RawInline = found, RawBlock = found, Image = found, Math = found, Code = active, CodeBlock = active,
    Link = function(el) if not is_allowed_target(el.target) then found() end end,
  }
  return safe and next(doc.meta) == nil and not has_directive(markdown)
end

local function as_literal(markdown, name)
  -- ```{python} would be a cell to run, not a listing.
  markdown = ('\n' .. markdown):gsub('(\n *[`~][`~][`~]+ *){+(%a+)[^}\n]*}+', '%1%2'):sub(2)
  local doc = pandoc.read(markdown, READ)
  doc = name_footnotes(pandoc.Pandoc(doc.blocks):walk(literal), name)
  local written = pandoc.write(doc, WRITE, OPTIONS)
  if is_safe(written) then return written end
  return as_typed(markdown)
end

local texts = pandoc.json.decode(io.read('a'), false)
local results = {}
for name, markdown in pairs(texts) do
  results[name] = as_literal(markdown, name)
end
io.write(pandoc.json.encode(results))
